import { versionName } from '../../contract/index.ts';
import type { Instant } from '../../contract/index.ts';
import { officeTime } from './office-time.ts';
import type { HistoryItem, VersionPackageInput } from './types.ts';
import { linesOf, oneLine } from './words.ts';

/** Provenance.txt: docs/formats/export.md section 5. Nothing in it may depend on when, where or by whom the package was made. */

const LABEL_WIDTH = 20;
const INDENT = ' '.repeat(LABEL_WIDTH);

/** The whole text. `history` ends with this version; `leafHash` is that of the entry that committed it. */
export function provenanceText(input: VersionPackageInput, history: readonly HistoryItem[], leafHash: string): string {
  const name = versionName(input.dataset, input.version);
  return [
    `Provenance of ${name}`,
    '='.repeat(14 + name.length),
    '',
    `This package holds version ${input.version} of the dataset ${input.dataset}, exactly as it was committed to the`,
    "records lake of the office that keeps it. The folder data holds the version's files. Everything here",
    'can be read and checked without the program that wrote it; VERIFY.txt says how.',
    '',
    field('Dataset', input.dataset),
    field('Version', `v${input.version}`),
    field('Inventory SHA-256', input.inventoryHash),
    field('Committed by', committer(input)),
    field('Committed at', `${input.committedAt} (UTC)`),
    continued(inOffice(input.committedAt, input.zone)),
    field('Message', input.message),
    field('Tags at commit', input.tags.length === 0 ? 'none' : [...input.tags].sort().join(', ')),
    field('Files', grouped(input.counts.files)),
    field('Bytes', grouped(input.counts.octets)),
    field('Ledger entry', String(input.entry.seq)),
    field('Leaf SHA-256', leafHash),
    '',
    ...description(input),
    'History',
    '-------',
    'The versions of this dataset up to this one: when each was committed (UTC), the SHA-256 of its',
    'inventory, and what the person who committed it wrote.',
    '',
    ...history.flatMap(version),
    'What is here',
    '------------',
    'data                      the files, under names that every computer can store',
    'names.csv                 the exact name of each file, its SHA-256, size and date',
    'manifest-sha256.txt       the SHA-256 of each file in data',
    'tagmanifest-sha256.txt    the SHA-256 of the other files here; this list is signed',
    'provenance                inventory, ledger entry and its proof, events, and this page for machines',
    'signatures                the signature and the certificate of who made this package',
    'VERIFY.txt                how to check all of it',
    '',
  ].join('\n');
}

function committer({ committedBy: { kind, name } }: VersionPackageInput): string {
  return kind === 'officer' ? `${oneLine(name)}, officer` : `signed by workstation ${oneLine(name)}, not by a person`;
}

function inOffice(at: Instant, zone: string): string {
  return officeTime(at, zone) ?? `(the time zone ${oneLine(zone)} is not known to the computer that wrote this)`;
}

/** A label and what stands behind it; further lines are indented, so that none can look like a label. */
function field(label: string, text: string): string {
  const [first = '', ...rest] = linesOf(text);
  return [`${`${label}:`.padEnd(LABEL_WIDTH)}${first}`, ...rest.map(continued)].join('\n').trimEnd();
}

function continued(line: string): string {
  return `${INDENT}${line}`.trimEnd();
}

function description(input: VersionPackageInput): string[] {
  const members = Object.entries(input.description ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (members.length === 0) return [];
  return [
    'Description',
    '-----------',
    'What the office says about the dataset.',
    '',
    ...members.map(([key, text]) => (key.length + 2 > LABEL_WIDTH ? [`${key}:`, ...linesOf(text).map(continued)].join('\n') : field(key, text))),
    '',
  ];
}

function version(item: HistoryItem): string[] {
  const [first = '', ...rest] = linesOf(item.message);
  return [`v${item.version}`.padEnd(8) + item.at, `        ${item.hash}`, `        ${first}`.trimEnd(), ...rest.map((line) => `        ${line}`.trimEnd()), ''];
}

/** `6,102,144` */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
