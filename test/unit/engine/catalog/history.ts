import fc from 'fast-check';
import { instantOf, type BodyLine, type ChangeLine, type Instant, type LogicalPath, type Sha256 } from '../../../../src/contract/index.ts';
import { hashOf, started } from './ledger-builder.ts';

export interface ModelFile {
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: Instant | null;
}
export type Model = ReadonlyMap<string, ModelFile>;
export interface Step {
  readonly state: Model;
  readonly lines: readonly BodyLine[];
}

/** Names that have broken other programs: SQL and LIKE signs, object prototypes, order of UTF-16 against UTF-8, both forms of é, right-to-left. */
export const paths = [
  'a.csv', 'A.csv', 'a', 'a/b', "Robert'); DROP TABLE file;--", '%', '_', '__proto__', 'constructor', 'caf\u00e9', 'cafe\u0301',
  '\u{1F600}.txt', '\uFF21.txt', '\uE000', '\u202Egnp.exe', '\uFFFF', ' ', '"', '?1', `${'long/'.repeat(60)}end`,
];

const contents = ['one', 'two', 'three', 'four'];
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ does: 'keep' as const, content: '', time: null }) },
  { weight: 1, arbitrary: fc.constant({ does: 'remove' as const, content: '', time: null }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('write' as const), content: fc.constantFrom(...contents), time: fc.option(fc.integer({ min: 0, max: 5 })) }),
  },
  { weight: 2, arbitrary: fc.nat(paths.length - 1).map((n) => ({ does: 'rename' as const, content: String(n), time: null })) },
);
const edits = fc.array(action, { minLength: paths.length, maxLength: paths.length });

/** One version after another, with the lines that a body would have: all of them speak of the state before. */
export const history: fc.Arbitrary<Step[]> = fc.array(edits, { minLength: 1, maxLength: 5 }).map((list) => {
  const steps: Step[] = [];
  let before: Model = new Map();
  for (const edit of list) {
    const step = next(before, edit);
    steps.push(step);
    before = step.state;
  }
  return steps;
});

function next(before: Model, edit: readonly { readonly does: 'keep' | 'remove' | 'write' | 'rename'; readonly content: string; readonly time: number | null }[]): Step {
  const lines = new Map<string, ChangeLine>();
  const leaving = new Set<string>();
  for (const [i, { does, content, time }] of edit.entries()) {
    const path = (paths[i] ?? '') as LogicalPath;
    const from = (paths[Number(content)] ?? '') as LogicalPath;
    const mtime = time === null ? null : instantOf(started + time * 1000);
    if (does === 'remove' && before.has(path) && !leaving.has(path)) lines.set(path, { do: 'remove', path });
    if (does === 'write') lines.set(path, { do: before.has(path) ? 'replace' : 'add', path, sha256: hashOf(content), size: content.length, mtime });
    if (does === 'rename' && from !== path && before.has(from) && !leaving.has(from) && lines.get(from)?.do !== 'remove') {
      lines.set(path, { do: 'rename', from, path });
      leaving.add(from);
    }
  }
  const state = new Map(before);
  for (const line of lines.values()) state.delete(line.do === 'rename' ? line.from : line.path);
  for (const line of lines.values()) {
    if (line.do === 'add' || line.do === 'replace') state.set(line.path, { sha256: line.sha256, size: line.size, mtime: line.mtime });
    const moved = line.do === 'rename' ? before.get(line.from) : undefined;
    if (moved !== undefined) state.set(line.path, moved);
  }
  return { state, lines: sorted([...lines.values()], (line) => line.path) };
}

/** By UTF-16 code units. */
export function sorted<T>(list: readonly T[], key: (item: T) => string): T[] {
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
