import { BodyHead, BodyLine } from '../contract/index.ts';
import type { Instant, KnownOp, LogicalPath, Sha256 } from '../contract/index.ts';
import { canonicalJson } from './canonical.ts';
import type { Json } from './canonical.ts';
import { isLogicalPath, isSha256 } from './ocfl/grammar.ts';

/** Lines of `body.json`: docs/formats/lake.md section 5. One at a time, since a version of many files has as many lines. */

/** A file as lines of bodies and journals tell it. */
export interface FileFacts {
  readonly path: LogicalPath;
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: Instant | null;
}

/** One line with its line end. */
export function bodyLineText(line: Json): string {
  return `${canonicalJson(line)}\n`;
}

/** The same for a later line of the body of `version.committed`. */
export function changeLineText(line: BodyLine): string {
  return `${'sha256' in line ? fileLineText(line) : canonicalJson(line)}\n`;
}

/**
 * The first line of the body of an entry whose operation is `op`, without or with its line end. Null where it is not that: the body is then
 * as good as missing.
 */
export function parseBodyHead(line: string, op: KnownOp): BodyHead | null {
  const parsed = BodyHead.safeParse(canonicalValue(line));
  return parsed.success && parsed.data.op === op ? parsed.data : null;
}

/** The head in a line in which `parseBodyHead` found one, without looking whether it is one. */
export function readBodyHead(line: string): BodyHead {
  return JSON.parse(line) as BodyHead;
}

/** A later line of the body of `version.committed`. Null where it is none. */
export function parseBodyLine(line: string): BodyLine | null {
  return quickFileLine(line) ?? slowBodyLine(line);
}

function slowBodyLine(line: string): BodyLine | null {
  const parsed = BodyLine.safeParse(canonicalValue(line));
  return parsed.success ? parsed.data : null;
}

/**
 * The same answer for the lines of which a version has hundreds of thousands, in a tenth of the time: what is one is written again by its own template,
 * and anything that does not come out letter by letter is judged the slow way.
 */
function quickFileLine(line: string): BodyLine | null {
  const text = line.endsWith('\n') ? line.slice(0, -1) : line;
  if (!text.startsWith('{"do":"add"') && !text.startsWith('{"do":"replace"')) return null;
  const value = parsedOrNull(text);
  if (!hasFileFacts(value) || !('do' in value) || (value.do !== 'add' && value.do !== 'replace')) return null;
  const { path, sha256, size, mtime } = value;
  const file = { do: value.do, path, sha256, size, mtime } as const;
  return fileLineText(file) === text ? file : null;
}

/** Canonical JSON of a file's line. */
function fileLineText({ do: done, path, sha256, size, mtime }: FileFacts & { readonly do: 'add' | 'replace' }): string {
  return `{"do":"${done}","mtime":${mtime === null ? 'null' : `"${mtime}"`},"path":${canonicalJson(path)},"sha256":"${sha256}","size":${size}}`;
}

/** Whether a value that was read has the four members that tell a file, each as the contract says; it may have others. */
export function hasFileFacts(value: unknown): value is FileFacts {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256, size, mtime } = value as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    path !== '' &&
    isLogicalPath(path) &&
    typeof sha256 === 'string' &&
    isSha256(sha256) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    (mtime === null || (typeof mtime === 'string' && isInstant(mtime)))
  );
}

const instantGrammar = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The same answer as the contract's `Instant`. */
function isInstant(text: string): text is Instant {
  if (!instantGrammar.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
