import { HmsError } from '../../contract/index.ts';
import type { LogicalPath } from '../../contract/index.ts';
import { prepareTransform } from '../../engine/transforming.ts';
import type { PendingTransform } from '../../engine/transforming.ts';
import { transforms } from '../../engine/transforms/index.ts';
import type { CsvReading, TextEncoding, TransformName, TransformSpec } from '../../engine/transforms/index.ts';
import { datasetIdOf, findDataset, logicalPathOf, refOf, tagsOf } from '../names.ts';
import { writing } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import { bytes, count, grouped } from '../words.ts';
import { contents, versionJson, warnOfLargeInventory } from './results.ts';

export interface TransformChoices {
  readonly list?: boolean;
  readonly cols?: string;
  readonly col?: readonly string[];
  readonly where?: string;
  readonly sql?: string;
  readonly as?: string;
  readonly text?: string;
  readonly pattern?: string;
  readonly ignoreCase?: boolean;
  readonly mark?: string;
  readonly replace?: boolean;
  readonly file?: readonly string[];
  readonly delimiter?: string;
  readonly quote?: string;
  readonly encoding?: string;
  readonly ragged?: string;
  readonly into?: string;
  readonly message?: string;
  readonly tag?: readonly string[];
}

export function transform(session: Session, [name, refs]: readonly [string | undefined, readonly string[]], choices: TransformChoices): Promise<void> {
  if (choices.list === true) return list(session);
  if (name === undefined || !isTransform(name)) throw usage(name === undefined ? 'No transform is named.' : `There is no transform "${name}".`, 'See them with: hms dta transform --list');
  if (refs.length === 0) throw usage('No version is named that the transform is to work on.', `Write: hms dta transform ${name} ID:v1`);
  const spec = specOf(name, choices);
  const tags = tagsOf(choices.tag ?? []);
  return writing(session, async (lake) => {
    const into = choices.into === undefined ? undefined : (findDataset(lake, choices.into) ?? datasetIdOf(choices.into));
    const progress = await progressView(session);
    let pending: PendingTransform;
    try {
      pending = await prepareTransform(lake, refs, spec, { signal: session.signal, onProgress: progress.onProgress, ...(into === undefined ? {} : { into }) });
    } finally {
      progress.end();
    }
    const { version, prepared } = await pending.commit({ message: choices.message ?? null, tags });
    const detail = lake.catalog.version(pending.into, version);
    if (detail === null) throw new Error(`The catalog has no version ${version} of ${pending.into} after its commit.`);
    await warnOfLargeInventory(session, refOf(detail), prepared.inventoryBytes);
    const from = pending.sources.map(({ ref }) => ref);
    await remark(session, `${madeWords(pending)} ${refOf(detail)} is committed, from ${from.join(', ')} by ${name}: ${contents(detail)}.`);
    await answer(session, { version: versionJson(detail), transform: { name, from, made: pending.made, counts: pending.counts } }, [refOf(detail)]);
  });
}

function list(session: Session): Promise<void> {
  const all = Object.entries(transforms).map(([name, words]) => ({ name, words }));
  const columns = [{ title: 'Transform' }, { title: 'What it does' }];
  return answer(session, { transforms: all }, table(columns, all.map(({ name, words }) => [name, words])));
}

function isTransform(name: string): name is TransformName {
  return Object.hasOwn(transforms, name);
}

function usage(message: string, next: string): HmsError {
  return new HmsError('USAGE', message, { kept: 'Nothing was changed.', next });
}

/** `2 files made (1,204 bytes): 86 rows read, 12 rows kept.` */
function madeWords({ made, counts }: PendingTransform): string {
  const words: Readonly<Record<string, readonly [string, string]>> = {
    rows: ['row', 'rows'],
    rowsRead: ['row read', 'rows read'],
    rowsKept: ['row kept', 'rows kept'],
    raggedRows: ['row with other than the header\'s fields', 'rows with other than the header\'s fields'],
    redactions: ['place hidden', 'places hidden'],
    tables: ['table', 'tables'],
  };
  const told = Object.entries(counts).flatMap(([name, n]) => (words[name] === undefined ? [] : [`${grouped(n)} ${words[name][n === 1 ? 0 : 1]}`]));
  return `${count(made.length, 'file')} made (${bytes(made.reduce((sum, { size }) => sum + size, 0))})${told.length === 0 ? '' : `: ${told.join(', ')}`}.`;
}

/** Which options each transform takes, so that one that would do nothing is told. */
const takes: Readonly<Record<TransformName, readonly (keyof TransformChoices)[]>> = {
  csv_trim: ['cols', 'col', 'file', 'delimiter', 'quote', 'encoding', 'ragged'],
  csv_filter: ['where', 'file', 'delimiter', 'quote', 'encoding', 'ragged'],
  csv_to_parquet: ['replace', 'file', 'delimiter', 'quote', 'encoding', 'ragged'],
  json_to_csv: ['replace', 'file'],
  sql: ['sql', 'as', 'delimiter', 'quote', 'encoding', 'ragged'],
  redact_text: ['text', 'pattern', 'ignoreCase', 'mark', 'file'],
};
const forAll: readonly string[] = ['list', 'into', 'message', 'tag', 'lake', 'json', 'quiet'];

function specOf(name: TransformName, choices: TransformChoices): TransformSpec {
  for (const option of Object.keys(choices)) {
    if (forAll.includes(option) || takes[name].includes(option as keyof TransformChoices)) continue;
    throw usage(`${name} has no use for --${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.`, 'Read: hms dta transform --help');
  }
  const files: { files?: readonly LogicalPath[] } = choices.file === undefined ? {} : { files: choices.file.map(logicalPathOf) };
  switch (name) {
    case 'csv_trim':
      return { name, columns: columnsOf(choices), ...files, ...readingOf(choices) };
    case 'csv_filter':
      return { name, where: needed(choices.where, name, '--where CONDITION'), ...files, ...readingOf(choices) };
    case 'csv_to_parquet':
      return { name, ...replaceOf(choices), ...files, ...readingOf(choices) };
    case 'json_to_csv':
      return { name, ...replaceOf(choices), ...files };
    case 'sql':
      return { name, sql: needed(choices.sql, name, '--sql SELECT'), as: logicalPathOf(choices.as ?? 'result.csv'), ...readingOf(choices) };
    case 'redact_text':
      return { name, find: findOf(choices), ...(choices.mark === undefined ? {} : { mark: choices.mark }), ...files };
  }
}

function needed(value: string | undefined, name: string, option: string): string {
  if (value === undefined || value.trim() === '') throw usage(`${name} needs ${option}.`, 'Read: hms dta transform --help');
  return value;
}

function columnsOf({ cols, col = [] }: TransformChoices): string[] {
  const columns = [...(cols === undefined ? [] : cols.split(',')), ...col];
  if (columns.length === 0) throw usage('csv_trim needs the columns to keep.', 'Name them: --cols timestamp,temp,pm25');
  return columns;
}

function replaceOf({ replace }: TransformChoices): { replace?: true } {
  return replace === true ? { replace } : {};
}

function findOf({ text, pattern, ignoreCase }: TransformChoices): Extract<TransformSpec, { name: 'redact_text' }>['find'] {
  if ((text === undefined) === (pattern === undefined)) throw usage('redact_text needs one of --text and --pattern.', 'Read: hms dta transform --help');
  if (text === undefined) return { pattern: pattern ?? '', ...(ignoreCase === true ? { ignoreCase } : {}) };
  if (ignoreCase === true) throw usage('--ignore-case goes with --pattern.', 'Write the text as a pattern.');
  return { text };
}

const encodings: readonly string[] = ['utf-8', 'windows-1252', 'utf-16le', 'utf-16be'] satisfies TextEncoding[];

function readingOf({ delimiter, quote, encoding, ragged }: TransformChoices): CsvReading {
  const known = encoding === undefined ? undefined : encoding.toLowerCase() === 'latin-1' || encoding.toLowerCase() === 'iso-8859-1' ? 'windows-1252' : encoding.toLowerCase();
  if (known !== undefined && !encodings.includes(known)) throw usage(`The encoding "${encoding}" is not known.`, `Write one of: ${encodings.join(', ')}`);
  if (ragged !== undefined && ragged !== 'refuse' && ragged !== 'fill') throw usage(`--ragged is refuse or fill, not "${ragged}".`, 'Read: hms dta transform --help');
  return {
    ...(delimiter === undefined ? {} : { delimiter: delimiter === 'tab' || delimiter === '\\t' ? '\t' : delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(known === undefined ? {} : { encoding: known as TextEncoding }),
    ...(ragged === undefined ? {} : { ragged }),
  };
}
