import { z } from 'zod';
import { isContractName, TableName } from '../contract/index.ts';
import { nearestName } from '../core/index.ts';
import { pathText, readDocument } from './contracts/index.ts';
import type { Fault, Path, YamlDocument } from './contracts/index.ts';

/** The definition of a cube: YAML that a person writes (docs/formats/cubes.md section 1). */

export const refreshRules = ['on_change', 'nightly', 'by_hand'] as const;
export type RefreshRule = (typeof refreshRules)[number];

export interface CubePlan {
  readonly name: TableName;
  readonly description: string | null;
  /** One SELECT over tables and other cubes. */
  readonly sql: string;
  /** Of the tables that have the column only rows of the last so many days are looked at; null: all rows. */
  readonly window: { readonly column: string; readonly days: number } | null;
  readonly refresh: RefreshRule;
  /** Columns of the result by which its files are laid out. */
  readonly partition: readonly string[];
}

const columnName = z.string().min(1).max(128);

const Definition = z.strictObject({
  name: z.string().refine((name) => isContractName(name), 'A name has lower-case letters, digits and _, begins with a letter, and has 63 characters at most.'),
  description: z.string().max(10_000).optional(),
  sql: z.string().min(1, 'There is no SQL here.').max(200_000),
  window: z.strictObject({ column: columnName, days: z.int('days is a whole number.').min(1, 'A window has 1 day or more.').max(36_500) }).optional(),
  refresh: z.enum(refreshRules, 'refresh is on_change, nightly or by_hand.').default('on_change'),
  partition: z.array(columnName).max(8).default([]),
});

export type CompiledCube = { readonly ok: true; readonly plan: CubePlan; readonly text: string } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads the bytes of a definition. What its SQL says is judged where the tables are. */
export function compileCube(bytes: Uint8Array): CompiledCube {
  const read = readDocument(bytes, 'definition of a cube');
  if (!read.ok) return read;
  const { document } = read;
  const parsed = Definition.safeParse(document.value);
  if (!parsed.success) return { ok: false, faults: parsed.error.issues.flatMap((issue) => faultsOf(document, issue)) };
  const { name, description = null, sql, window = null, refresh, partition } = parsed.data;
  return { ok: true, plan: { name: TableName.parse(name), description, sql, window, refresh, partition }, text: document.text };
}

const MEMBERS = 'Its members are name, description, sql, window (column, days), refresh and partition.';

function faultsOf(document: YamlDocument, issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const members = path.length === 0 ? Object.keys(Definition.shape) : ['column', 'days'];
    return issue.keys.map((key) => {
      const meant = nearestName(key.slice(0, 100), members);
      return fault(document, [...path, key], `The definition of a cube has no "${key}" here.${meant === null ? '' : ` Is "${meant}" meant?`}`, MEMBERS);
    });
  }
  if (path.length === 0) return [fault(document, path, 'The definition of a cube is a list of names and values.', MEMBERS)];
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined && !/^[a-z]+ is /.test(issue.message);
  return [fault(document, path, isMissing ? `"${pathText(path)}" is missing, or is not what it has to be.` : sentence(issue.message), null)];
}

function fault(document: YamlDocument, path: Path, message: string, next: string | null): Fault {
  return { ...document.at(path), path: pathText(path), message, next };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
