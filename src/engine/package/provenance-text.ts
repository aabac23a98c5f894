import type { Instant } from '../../contract/index.ts';
import { officeTime } from './office-time.ts';
import type { PackagePlan, PlannedVersion } from './plan.ts';
import { selectionSentence, versionSelection } from './selection.ts';
import type { HistoryItem, VersionContent } from './types.ts';
import { counted, grouped, lineageWords, linesOf, oneLine } from './words.ts';

/** Provenance.txt: docs/formats/export.md section 5. Nothing in it may depend on when, where or by whom the package was made. */

const LABEL_WIDTH = 20;
const INDENT = ' '.repeat(LABEL_WIDTH);

/** The whole text of one version. */
export function provenanceText(plan: PackagePlan, version: PlannedVersion): string {
  const { content, name } = version;
  return [
    ...title(`Provenance of ${name}`),
    ...intro(plan, version),
    '',
    field('Dataset', content.dataset),
    field('Version', `v${content.version}`),
    field('Inventory SHA-256', content.inventoryHash),
    field('Committed by', committer(content)),
    field('Committed at', `${content.committedAt} (UTC)`),
    continued(inOffice(content.committedAt, content.zone)),
    field('Message', content.message),
    ...derivedFrom(content),
    field('Tags at commit', content.tags.length === 0 ? 'none' : [...content.tags].sort().join(', ')),
    field('Files', grouped(content.whole?.files ?? content.counts.files)),
    field('Bytes', grouped(content.whole?.octets ?? content.counts.octets)),
    field('Ledger entry', String(content.entry.seq)),
    field('Leaf SHA-256', version.leafHash),
    '',
    ...description(content),
    'History',
    '-------',
    'The versions of this dataset up to this one: when each was committed (UTC), the SHA-256 of its',
    'inventory, and what the person who committed it wrote.',
    '',
    ...version.history.flatMap(historyItem),
    'What is here',
    '------------',
    ...contents(plan, version),
    '',
  ].join('\n');
}

/** The text at the top of a package of several versions: which they are, and where each tells of itself. */
export function overviewText(plan: PackagePlan): string {
  const selection = selectionSentence(plan);
  return [
    ...title(`Provenance of ${plan.versions.length} versions`),
    'This package holds several versions of datasets, each exactly as it was committed to the records lake',
    'of the office that keeps it. Everything here can be read and checked without the program that wrote',
    'it; VERIFY.txt says how.',
    ...(selection === null ? [] : ['', selection]),
    '',
    ...plan.versions.flatMap(overviewOf),
    'What is here',
    '------------',
    'data                      a folder for each version, with its files',
    'provenance                a folder for each version: where it came from, and what proves it',
    'versions.csv              the versions in a table',
    ...(plan.input.patterns === undefined ? [] : [SELECTION_LINE]),
    ...COMMON_LINES,
    '',
  ].join('\n');
}

function overviewOf(version: PlannedVersion): string[] {
  const { content, name, data, said } = version;
  const lineage = lineageSentence(content);
  return [
    name,
    `        committed ${content.committedAt} (UTC), ${committer(content)}`,
    ...(lineage === null ? [] : [`        ${lineage}`]),
    `        ${counted(content.counts.files, 'file')}, ${counted(content.counts.octets, 'byte')}, in ${data.slice(0, -1)}`,
    `        read ${said}Provenance.txt`,
    '',
  ];
}

function title(text: string): string[] {
  return [text, '='.repeat(text.length), ''];
}

function intro(plan: PackagePlan, version: PlannedVersion): string[] {
  const { dataset, version: number } = version.content;
  const selection = versionSelection(plan, version);
  if (selection !== null) {
    return [
      selection,
      '',
      `They are files of version ${number} of the dataset ${dataset}, exactly as they were committed to the records lake of the`,
      `office that keeps it. They are in the folder ${version.data.slice(0, -1)}. What is said below is said of the whole version.`,
    ];
  }
  return [
    `This package holds version ${number} of the dataset ${dataset}, exactly as it was committed to the`,
    `records lake of the office that keeps it. The folder ${version.data.slice(0, -1)} holds the version's files. Everything here`,
    'can be read and checked without the program that wrote it; VERIFY.txt says how.',
  ];
}

/** `Derived from WF-2024-07:v1 by csv_trim`; null where the commit says nothing of it. */
function lineageSentence({ lineage }: VersionContent): string | null {
  const words = lineage === undefined ? '' : lineageWords(lineage);
  return words === '' ? null : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function derivedFrom(content: VersionContent): string[] {
  const { lineage } = content;
  if (lineage === undefined || lineageWords(lineage) === '') return [];
  return [field('Derived from', `${lineage.sources.join(', ') || 'no version'}${lineage.transform === null ? '' : ` by ${lineage.transform}`}`)];
}

const SELECTION_LINE = 'selection.json            which files were selected, for programs';
const COMMON_LINES = [
  'manifest-sha256.txt       the SHA-256 of each file in data',
  'tagmanifest-sha256.txt    the SHA-256 of the other files here; this list is signed',
  'bagit-profile.json        the rules that this package keeps beside those of BagIt',
  'signatures                the signature and the certificate of who made this package',
  'VERIFY.txt                how to check all of it',
];

function contents(plan: PackagePlan, { said, data }: PlannedVersion): string[] {
  const lists = [
    'names.csv                 the exact name of each file, its SHA-256, size and date',
    'nara-metadata.psv         the metadata of each file that the National Archives ask for',
    'nara-file-list.psv        the list of files that they ask for',
  ];
  if (said !== '') return [`Beside this text: names.csv, nara-metadata.psv, nara-file-list.psv, inventory, ledger entry and its proof,`, `events, and this page for machines. The files themselves: ${data.slice(0, -1)}`];
  return [
    'data                      the files, under names that every computer can store',
    ...lists,
    ...(plan.input.patterns === undefined ? [] : [SELECTION_LINE]),
    'provenance                inventory, ledger entry and its proof, events, and this page for machines',
    ...COMMON_LINES,
  ];
}

function committer({ committedBy: { kind, name } }: VersionContent): string {
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

function description(content: VersionContent): string[] {
  const members = Object.entries(content.description ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
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

function historyItem(item: HistoryItem): string[] {
  const [first = '', ...rest] = linesOf(item.message);
  return [`v${item.version}`.padEnd(8) + item.at, `        ${item.hash}`, `        ${first}`.trimEnd(), ...rest.map((line) => `        ${line}`.trimEnd()), ''];
}
