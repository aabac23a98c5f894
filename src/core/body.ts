import { BodyHead, BodyLine } from '../contract/index.ts';
import type { KnownOp } from '../contract/index.ts';
import { canonicalJson } from './canonical.ts';
import type { Json } from './canonical.ts';

/** Lines of `body.json`: docs/formats/lake.md section 5. One at a time, since a version of many files has as many lines. */

/** One line with its line end. */
export function bodyLineText(line: Json): string {
  return `${canonicalJson(line)}\n`;
}

/**
 * The first line of the body of an entry whose operation is `op`, without or with its line end. Null where it is not that: the body is then
 * as good as missing.
 */
export function parseBodyHead(line: string, op: KnownOp): BodyHead | null {
  const parsed = BodyHead.safeParse(canonicalValue(line));
  return parsed.success && parsed.data.op === op ? parsed.data : null;
}

/** A later line of the body of `version.committed`. Null where it is none. */
export function parseBodyLine(line: string): BodyLine | null {
  const parsed = BodyLine.safeParse(canonicalValue(line));
  return parsed.success ? parsed.data : null;
}

/** The value of a line that is canonical JSON, else undefined, which is no JSON value. */
function canonicalValue(line: string): unknown {
  const text = line.endsWith('\n') ? line.slice(0, -1) : line;
  try {
    const value = JSON.parse(text) as Json;
    return canonicalJson(value) === text ? value : undefined;
  } catch (error) {
    // Not JSON, or JSON that has no canonical form.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
