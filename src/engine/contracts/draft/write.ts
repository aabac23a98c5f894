import { stringify } from 'yaml';
import type { LogicalType } from '../odcs.ts';
import type { DraftFile } from './draft.ts';
import type { PersonalGuess, PersonalKind } from './personal.ts';

/** A guessed contract as YAML for a person to edit: every guess says in a comment why it was made. */

export interface DraftColumn {
  readonly name: string;
  readonly header: string;
  readonly logicalType: LogicalType;
  /** Null where the logical type says all. */
  readonly physicalType: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  /** Custom properties. */
  readonly extras: Readonly<Record<string, unknown>>;
  /** Why this type, the end of a sentence. */
  readonly why: string;
  readonly rows: number;
  readonly empty: number;
  readonly required: boolean;
  /** No value twice and none missing. */
  readonly isUnique: boolean;
  /** More different values than are kept, so that it is not known whether one stands there twice. */
  readonly tooManyValues: boolean;
  readonly choices: readonly string[] | null;
  readonly personal: PersonalGuess | null;
  readonly examples: readonly string[];
}

const maskFor: Readonly<Record<PersonalKind, 'hash' | 'redact' | 'generalize'>> = { ssn: 'hash', email: 'hash', phone: 'hash', card: 'hash', name: 'redact', birth_date: 'hash', address: 'redact' };

export function draftText(file: DraftFile, name: string, rows: number, columns: readonly DraftColumn[], keys: readonly DraftColumn[]): string {
  const layout = columns.find(({ logicalType, required }) => required && (logicalType === 'date' || logicalType === 'timestamp'));
  const lines = [
    '# A data contract (ODCS 3.1), drafted from one file. It is a guess: read it line by line, and correct it.',
    `# File: ${comment(file.name)}, ${counted(rows, 'row')}, ${counted(columns.length, 'column')}.`,
    ...wrapperLines(file, rows, columns),
    '# Try it:     hms dta contract check THIS-FILE DATA-FILE',
    '# Publish it: hms dta contract publish THIS-FILE      (it then stands in the ledger for ever, comments included)',
    'apiVersion: v3.1.0',
    'kind: DataContract',
    '# The name becomes the name of the table. It is public for ever.',
    `id: ${scalar(name)}`,
    `name: ${scalar(name)}`,
    'version: "1.0.0"',
    'status: draft',
    'description:',
    `  purpose: ${scalar(`Drafted from ${printable(file.name)}. Say here what the records are and who makes them.`)}`,
    '# How long records are kept. Ask the records schedule, then take the signs away:',
    '# slaProperties:',
    '#   - {property: retention, value: 7, unit: y}',
    'schema:',
    `  - name: ${scalar(name)}`,
    '    customProperties:',
    '      - property: source',
    '        value:',
    '          # Names of the files that this contract takes; * stands for anything.',
    `          patterns: [${quoted(patternFor(file.name))}]`,
    `          format: ${file.format}`,
    ...(file.delimiter !== null && file.format === 'csv' ? [`          delimiter: ${scalar(file.delimiter)}`] : []),
    ...(file.encoding !== null ? [`          encoding: ${file.encoding}`] : []),
    ...keyLines(keys, columns),
    '    properties:',
    ...columns.flatMap((column) => columnLines(column, column === layout)),
  ];
  return `${lines.join('\n')}\n`;
}

/** `permits_2024_07_31.csv.gz` → `permits_*.csv`: the files of other days are meant too, and `.gz` may always follow. What a pattern would take for a sign stands there as `?`. */
function patternFor(name: string): string {
  return printable(name).replace(/\.gz$/i, '').replaceAll('\\', '?').replace(/(?<=\D)(?:19|20)\d\d[-_ ]?(?:0\d|1[0-2])(?:[-_ ]?[0-3]\d)?(?=\.[^.]*$|$)/, '*').slice(0, 200);
}

function keyLines(keys: readonly DraftColumn[], columns: readonly DraftColumn[]): string[] {
  const unsure = columns.filter(({ tooManyValues, empty }) => tooManyValues && empty === 0);
  return [
    ...(keys.length === 0 ? [] : [`    # May be keys, because no value stands there twice: ${keys.map(({ name }) => name).join(', ')}. Where one is, write: primaryKey: true`]),
    ...(unsure.length === 0 ? [] : [`    # Too many different values to say whether one stands there twice: ${unsure.slice(0, 20).map(({ name }) => name).join(', ')}.`]),
  ];
}

/** Documents as GeoJSON are one object around the records. */
function wrapperLines({ name, format }: DraftFile, rows: number, columns: readonly DraftColumn[]): string[] {
  const inner = format === 'json' && rows === 1 ? columns.find(({ examples }) => examples[0]?.startsWith('[{') === true) : undefined;
  if (inner === undefined) return [];
  return [`# The file is one object, so this is a table of one row. The records seem to be in "${comment(inner.header)}": put them into a file of their own, one a line, and draft from that:`, `#   jq -c '.${comment(inner.header)}[]' ${comment(name)} > ${comment(name.replace(/\.json$/i, ''))}.ndjson`];
}

/** Whether values of a format say no offset, so that the contract has to. */
function isWithoutOffset({ logicalType, options }: DraftColumn): boolean {
  const format = options['format'];
  return logicalType === 'timestamp' && typeof format === 'string' && !/[XxZ]/.test(format.replaceAll(/'[^']*'/g, (text) => (text === "'Z'" ? 'Z' : '')));
}

function columnLines(column: DraftColumn, isLayout: boolean): string[] {
  const { name, header, logicalType, physicalType, options, extras, why, rows, empty, required, choices, personal, examples } = column;
  const custom = { ...extras, ...(personal === null ? {} : { pii: { kind: personal.kind, mask: maskFor[personal.kind] } }) };
  return [
    `      - name: ${scalar(name)}`,
    ...(header === name ? [] : [`        physicalName: ${scalar(header)}`]),
    `        # ${sentence(`${logicalType}: ${why}`)}${examples.length === 0 ? '' : ` As in ${examples.map((text) => comment(JSON.stringify(text))).join(', ')}.`}`,
    `        logicalType: ${logicalType}`,
    ...(physicalType === null ? [] : [`        physicalType: ${physicalType}`]),
    ...(Object.keys(options).length === 0 ? [] : [`        logicalTypeOptions: ${flow(options)}`]),
    ...(isWithoutOffset(column) ? ['        # No value says an offset, so they are taken for UTC. Where they are local times, write behind the format: defaultTimezone: America/New_York', '        # (Etc/GMT+5 for that time without daylight saving).'] : []),
    ...(isLayout ? ['        # To lay the table out by its months, which makes questions about some of them quick, write: partitioned: true'] : []),
    ...(rows === 0 ? ['        # The file has no rows, so whether every row has a value is not known.'] : required ? ['        # Every row of the file has a value.'] : [`        # ${empty.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} rows have no value.`]),
    `        required: ${required}`,
    ...(personal === null
      ? []
      : ['        # '.concat(sentence(`It looks personal: ${comment(personal.why)}`), ' Masks: hash, redact, generalize, token; none keeps it as it is.'), '        classification: pii']),
    ...(Object.keys(custom).length === 0 ? [] : ['        customProperties:', ...Object.entries(custom).map(([property, value]) => `          - {property: ${property}, value: ${flow(value)}}`)]),
    ...(choices === null
      ? []
      : [`        # Only ${choices.length === 1 ? 'this value was' : `these ${choices.length} values were`} seen. To allow no others, take the signs away:`, '        # quality:', `        #   - {metric: invalidValues, arguments: {validValues: ${comment(flow(choices))}}, mustBe: 0}`]),
  ];
}

function counted(n: number, one: string): string {
  return `${n.toLocaleString('en-US')} ${one}${n === 1 ? '' : 's'}`;
}

function sentence(text: string): string {
  return `${text}.`;
}

/** A text as YAML on one line, quoted where it must be. */
function scalar(text: string): string {
  return JSON.stringify(printable(text)) === `"${text}"` && /^[A-Za-z_][A-Za-z0-9_-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  // JSON is YAML, but for what YAML takes for a line end, and for what is not printable.
  return JSON.stringify(text.toWellFormed()).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([name, one]) => `${name}: ${flow(one)}`).join(', ')}}`;
  return typeof value === 'string' ? scalar(value) : stringify(value).trim();
}

/** A text in a comment: on one line, without what YAML does not take. */
function comment(text: string): string {
  return printable(text).slice(0, 300);
}

function printable(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\ufffe\uffff]/gu, ' ');
}
