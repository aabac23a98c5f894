import { parseVersionRef } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import type { DatasetDetail, Destruction, VersionDetail } from '../../engine/catalog/index.ts';
import { versionOf } from '../../engine/files.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { datasetOf, refOf } from '../names.ts';
import { reading } from '../opening.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { bytes, count, grouped, officeClock } from '../words.ts';
import { createdWords, importedWords, messageAndOrigin, numberAndState, versionJson } from './results.ts';

type Clock = (instant: string) => string;

/** A dataset with its versions, or, where one is named, a version. */
export function show(session: Session, [text]: readonly [string]): Promise<void> {
  return reading(session, async (lake) => {
    const when = officeClock(lake.lake.zone);
    const ref = parseVersionRef(text);
    if (ref?.by === 'newest') {
      const dataset = lake.catalog.dataset(datasetOf(lake, ref.id));
      if (dataset === null) throw new Error(`The catalog has no dataset ${ref.id}.`);
      await showDataset(session, lake, dataset, when);
    } else {
      await showVersion(session, lake, versionOf(lake, text), when);
    }
  });
}

async function showDataset(session: Session, lake: ReadableLake, dataset: DatasetDetail, when: Clock): Promise<void> {
  const versions = lake.catalog.versions(dataset.id, null, Number.MAX_SAFE_INTEGER);
  const [said] = dataset.descriptions;
  const description = said === undefined ? null : (said.value ?? {});
  const value = {
    dataset: { id: dataset.id, createdAt: dataset.createdAt, root: dataset.root, aliases: dataset.aliases, description, versions: dataset.versions },
    versions: versions.map(versionJson),
  };
  const rows = versions.map((version) => [
    numberAndState(version),
    version.files === null ? 'not known' : grouped(version.files),
    version.bytes === null ? 'not known' : grouped(version.bytes),
    when(version.at),
    tagWords(version),
    messageAndOrigin(version, version.message ?? destroyedWords(version.destroyed)),
  ]);
  const columns = [{ title: 'Version' }, { title: 'Files', align: 'right' as const }, { title: 'Bytes', align: 'right' as const }, { title: 'Committed' }, { title: 'Tags' }, { title: 'Message' }];
  await answer(session, value, [
    ...fields([
      ['Dataset', dataset.id],
      ['Also called', dataset.aliases.length === 0 ? null : dataset.aliases.join(', ')],
      ['Since', when(dataset.createdAt)],
      ['Kept in', dataset.root === 'raw' ? 'raw (restricted)' : null],
      ...Object.entries(description ?? {}).map(([name, words]) => [name, words] as const),
      ['Description', said !== undefined && said.value === null ? destroyedWords(said.destroyed) : null],
    ]),
    '',
    ...(rows.length === 0 ? [`It has no version yet. Its files are put with: hms dta put ${dataset.id} FILE`] : table(columns, rows)),
  ]);
}

async function showVersion(session: Session, lake: ReadableLake, version: VersionDetail, when: Clock): Promise<void> {
  const { dataset, version: number } = version;
  const notes = lake.catalog.notes(dataset, number);
  const sources = lake.catalog.sources(dataset, number);
  const exports = lake.catalog.exports(dataset).filter((row) => row.version === number);
  const by = signerOf(lake, version);
  const value = { version: { ...versionJson(version), by, sources: sources.map(refFrom), notes, exports } };
  const ended = (event: VersionDetail['withdrawn']): string | null => (event === null ? null : `${when(event.at)}: ${event.reason ?? 'the reason was destroyed'}`);
  await answer(session, value, [
    ...fields([
      ['Version', refOf(version)],
      ['Withdrawn', ended(version.withdrawn)],
      ['Voided', ended(version.voided)],
      ['Committed', when(version.at)],
      ['Message', version.message ?? destroyedWords(version.destroyed)],
      ['Tags', tagWords(version) || 'none'],
      ['Files', version.files === null ? 'not known' : grouped(version.files)],
      ['Bytes', version.bytes === null ? 'not known' : grouped(version.bytes)],
      ['Inventory SHA-256', version.hash],
      ['Ledger entry', String(version.seq)],
      ['Signed by', by === null ? null : by.role === 'officer' ? `officer ${by.name}` : `workstation ${by.name}, not by a person`],
      ['Imported from', version.imported === null ? null : importedWords(version.imported)],
      ['Originally created', version.imported === null ? null : createdWords(version.imported)],
      ['Made from', version.lineage === null ? (sources.length === 0 ? null : sources.map(refFrom).join(', ')) : version.lineage.from.join(', ')],
      ['Made by', version.transform],
      ...howWords(version),
      ['In place', version.placed ? null : 'not yet: its commit was interrupted; the next command that writes finishes it'],
    ]),
    ...(notes.length === 0 ? [] : ['', `Met and not taken: ${noteWords(notes)}`]),
    ...(exports.length === 0 ? [] : ['', 'Exports', ...exports.map((row) => `  ${when(row.at)}  ${row.name ?? '(destroyed)'}${row.payload === null ? '' : `  ${bytes(row.payload.octets)}`}`)]),
  ]);
}

/** Parameters as they were given, one a line; what the transform counted; and the programs that ran it. */
function howWords({ lineage }: VersionDetail): (readonly [string, string | null])[] {
  if (lineage === null) return [];
  const { parameters = {}, counts = {}, engine = null } = lineage;
  const values = Object.entries(parameters).map(([name, value]) => [`  ${name}`, typeof value === 'string' ? value : JSON.stringify(value)] as const);
  const counted = Object.entries(counts).map(([name, n]) => `${grouped(n)} ${n === 1 ? name.replace(/s$/, '') : name}`);
  return [...values, ['Counted', counted.length === 0 ? null : counted.join(', ')], ['Run by', engine]];
}

function refFrom({ dataset, version }: { readonly dataset: DatasetId; readonly version: number }): string {
  return `${dataset}:v${version}`;
}

/** The workstation whose key signed the commit. */
function signerOf(lake: ReadableLake, version: VersionDetail): { key: string; role: string; name: string } | null {
  const signer = lake.catalog.entryByTxn(version.txn)?.actor ?? null;
  if (signer === null) return null;
  const key = lake.catalog.keys().find((item) => item.id === signer);
  const name = signer === lake.station?.id ? lake.station.name : key?.name;
  return { key: signer, role: key?.role ?? 'station', name: name ?? signer.slice(0, 16) };
}

function tagWords({ tags, tagsComplete }: VersionDetail): string {
  return tagsComplete ? tags.join(', ') : [...tags, '(others unknown)'].join(', ');
}

function noteWords(notes: readonly { readonly note: string }[]): string {
  const of = (kind: string): number => notes.filter(({ note }) => note === kind).length;
  const parts = [
    [of('symlink'), 'symbolic link'],
    [of('special'), 'special file'],
    [of('emptyFolder'), 'empty folder'],
  ] as const;
  return parts.flatMap(([n, what]) => (n === 0 ? [] : [count(n, what)])).join(', ');
}

function destroyedWords(destroyed: Destruction | null): string {
  if (destroyed === null) return '(not known: the body that says it is missing)';
  return `(destroyed${destroyed.authority === null ? '' : ` under ${destroyed.authority}`})`;
}
