import { HmsError } from '../../contract/index.ts';
import { chosenFiles, refuseClashes, withEnding } from './choose.ts';
import { FileThread, NOTHING_LEFT } from './file-thread.ts';
import type { FileDone, FileJob } from './thread-protocol.ts';
import type { CsvReading, CsvTrimSpec, JsonToCsvSpec, RedactTextSpec } from './types.ts';
import type { Plan, PlannedFile, SourceFile, World } from './world.ts';

/** Transforms that need no SQL: each file is read once and written anew by a thread. */

export const CSV_ENDINGS = ['.csv'];
export const JSON_ENDINGS = ['.json', '.ndjson', '.jsonl'];
const TEXT_ENDINGS = ['.txt', '.csv', '.tsv', '.json', '.ndjson', '.jsonl', '.xml', '.html', '.htm', '.md', '.log', '.eml', '.yaml', '.yml', '.sql', '.ini', '.rtf'];
export const DEFAULT_MARK = '[REDACTED]';

export function planTrim(spec: CsvTrimSpec, world: World): Plan {
  if (spec.columns.length === 0) throw new HmsError('USAGE', 'No column is named.', { kept: NOTHING_LEFT, next: 'Name those to keep: --cols timestamp,temp' });
  if (new Set(spec.columns).size < spec.columns.length) throw new HmsError('USAGE', 'A column is named twice.', { kept: NOTHING_LEFT, next: 'Name each column to keep once.' });
  const files = chosenFiles(world, spec.files, CSV_ENDINGS, 'CSV file');
  return inPlace(world, files, (source) => ({ do: 'trim', source, reading: readingOf(spec), columns: spec.columns }), ({ rows, ragged }) => ({ rows, raggedRows: ragged }));
}

export function planRedact(spec: RedactTextSpec, world: World): Plan {
  const { find, mark = DEFAULT_MARK } = spec;
  checkFind(find);
  const files = chosenFiles(world, spec.files, TEXT_ENDINGS, 'text file');
  const plan = inPlace(world, files, (source) => ({ do: 'redact', source, wish: { find, mark } }), ({ found }) => ({ redactions: found }));
  const counts = (): Readonly<Record<string, number>> => {
    const sums = plan.counts();
    if (sums['redactions'] === 0) {
      const where = files.length === 1 ? `"${files[0]?.path ?? ''}"` : `${files.length.toLocaleString('en-US')} files`;
      throw new HmsError('DRAFT_EMPTY', `What is to be hidden was not found in ${where}.`, { kept: NOTHING_LEFT, next: 'Look whether it is written in another way there, or stands in a file that is no text file.' });
    }
    return sums;
  };
  return { ...plan, counts };
}

export function planJsonToCsv(spec: JsonToCsvSpec, world: World): Plan {
  const files = chosenFiles(world, spec.files, JSON_ENDINGS, 'JSON file');
  refuseClashes(files.map(({ path }) => withEnding(path, JSON_ENDINGS, '.csv')), world);
  const plan = inPlace(world, files, (source) => ({ do: 'jsonTable', source, as: 'csv' }), ({ rows }) => ({ rows }), (path) => withEnding(path, JSON_ENDINGS, '.csv'), 2);
  return { ...plan, replaced: spec.replace === true ? files.map(({ path }) => path) : [] };
}

export function readingOf({ delimiter, quote, encoding, ragged }: CsvReading): CsvReading {
  return { ...(delimiter === undefined ? {} : { delimiter }), ...(quote === undefined ? {} : { quote }), ...(encoding === undefined ? {} : { encoding }), ...(ragged === undefined ? {} : { ragged }) };
}

/** A plan whose files are each made from one by one job. `reads`: how often a job reads its file. */
function inPlace(world: World, files: readonly SourceFile[], jobOf: (file: SourceFile) => FileJob, countsOf: (done: FileDone) => Readonly<Record<string, number>>, nameOf = (path: SourceFile['path']) => path, reads = 1): Plan {
  const thread = new FileThread(world.signal, (bytes) => world.read(bytes));
  const sums = new Sums();
  world.expect(files.length, reads * files.reduce((sum, { size }) => sum + size, 0));
  const planned = files.map((file): PlannedFile => ({
    path: nameOf(file.path),
    bytes: async function* () {
      yield* thread.pieces(jobOf(file), (done) => sums.add(countsOf(done)));
      world.fileDone();
    },
  }));
  return { files: planned, replaced: [], counts: () => sums.all(), close: () => thread.close() };
}

/** Adds up what is counted file by file; what stays at nothing and is seldom is left out. */
export class Sums {
  readonly #sums = new Map<string, number>();
  #files = 0;

  add(counts: Readonly<Record<string, number>>): void {
    this.#files++;
    for (const [name, count] of Object.entries(counts)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + count);
  }

  all(): Readonly<Record<string, number>> {
    const sums = Object.fromEntries([...this.#sums].filter(([name, count]) => count > 0 || name !== 'raggedRows'));
    return { files: this.#files, ...sums };
  }
}

function checkFind(find: RedactTextSpec['find']): void {
  if ('text' in find) {
    if (find.text === '' || !find.text.isWellFormed()) throw new HmsError('USAGE', 'There is no text to hide.', { kept: NOTHING_LEFT, next: 'Say which: --text TEXT, or --pattern PATTERN' });
    return;
  }
  try {
    const pattern = new RegExp(find.pattern, 'u');
    if (find.pattern !== '' && !pattern.test('')) return;
  } catch (error) {
    throw new HmsError('USAGE', `The pattern is not a regular expression: ${error instanceof Error ? error.message : String(error)}.`, { kept: NOTHING_LEFT });
  }
  throw new HmsError('USAGE', 'The pattern matches nothing at all in every place, so it would hide nothing.', { kept: NOTHING_LEFT, next: 'Write a pattern that needs at least one character.' });
}
