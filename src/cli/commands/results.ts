import type { Imported } from '../../contract/index.ts';
import type { IntakeReport } from '../../engine/ingest/index.ts';
import type { VersionDetail } from '../../engine/catalog/index.ts';
import { refOf } from '../names.ts';
import { warn } from '../session.ts';
import type { Session } from '../session.ts';
import { bytes, count, grouped } from '../words.ts';

/** Versions and intakes as `--json` gives them, and their parts that several commands tell. */

/** A version for programs: instants in UTC, sizes in bytes. What only a destroyed body said is null. */
export function versionJson(version: VersionDetail): object {
  const { dataset, version: number, at, hash, message, transform, lineage, imported, tags, files, bytes: size, seq, txn, withdrawn, voided, destroyed, placed } = version;
  return { ref: refOf(version), dataset, version: number, at, hash, message, transform, lineage, imported, tags, files, bytes: size, seq, txn, withdrawn, voided, destroyed, placed };
}

/** `from v1 by csv_trim`: what a version was made from and by what; null where nobody said. Sources of its own dataset go by their number. */
export function originWords({ dataset, transform, lineage }: Pick<VersionDetail, 'dataset' | 'transform' | 'lineage'>): string | null {
  const by = transform === null ? '' : `by ${transform}`;
  if (lineage === null) return by === '' ? null : by;
  const from = lineage.from.map((ref) => (ref.startsWith(`${dataset}:`) ? ref.slice(dataset.length + 1) : ref));
  return `from ${from.join(', ')}${by === '' ? '' : ` ${by}`}`;
}

/** The message of a version, with what it was made from, or when and by whom it was made elsewhere, behind it. */
export function messageAndOrigin(version: VersionDetail, message: string): string {
  const created = version.imported === null ? null : createdWords(version.imported);
  const origin = created === null ? originWords(version) : `originally created ${created}`;
  return origin === null ? message : `${message} (${origin})`;
}

/** `OCFL object "urn:x", v2, in transfer-0412` */
export function importedWords({ form, id, version, name, tagFiles }: Imported): string {
  const what = `${form === 'bag' ? 'bag' : 'OCFL object'}${id === null ? '' : ` "${id}"`}${version === null ? '' : `, ${version}`}`;
  return `${what}, in ${name}${tagFiles === undefined ? '' : `; its tag files are in ${tagFiles}/`}`;
}

/** `2019-05-01T12:00:00Z by Jane Doe <mailto:jane@example.gov>`, as it was written there; null where it does not say. */
export function createdWords({ created, user }: Imported): string | null {
  const by = user === null ? null : `${user.name}${user.address === null ? '' : ` <${user.address}>`}`;
  const parts = [created, by === null ? null : `by ${by}`].filter((part) => part !== null && part !== '');
  return parts.length === 0 ? null : parts.join(' ');
}

export function intakeJson(report: IntakeReport): object {
  const { files, bytes: size, unchanged, resumed, notes, problems, problemCount } = report;
  return { files, bytes: size, unchanged, resumed, notes, problems, problemCount };
}

/** `2 files, 6,102,144 bytes`; says so where a body that could tell is gone. */
export function contents(version: Pick<VersionDetail, 'files' | 'bytes'>): string {
  return version.files === null || version.bytes === null ? 'its files are not known' : `${count(version.files, 'file')}, ${bytes(version.bytes)}`;
}

/** `v2`, and whether it is still in use. */
export function numberAndState(version: VersionDetail): string {
  return `v${version.version}${version.voided === null ? '' : ' (voided)'}${version.withdrawn === null ? '' : ' (withdrawn)'}`;
}

/** What an intake did, in a sentence or two. */
export function intakeWords(report: IntakeReport): string {
  const parts = [`${count(report.files, 'file')} (${bytes(report.bytes)}) copied`];
  if (report.resumed > 0) parts.push(`${grouped(report.resumed)} staged before`);
  if (report.unchanged > 0) parts.push(`${grouped(report.unchanged)} unchanged`);
  return parts.join(', ');
}

/** Lines of one kind that are shown before "and N more". */
const SHOWN = 20;

/** Tells what was met and by rule is not a file of the dataset. With --json it stands in the result. */
export async function tellNotes(session: Session, { notes }: IntakeReport): Promise<void> {
  if (session.json || session.quiet) return;
  const { counts } = notes;
  await list(session, `${count(counts.symlinks, 'symbolic link')} not followed`, notes.symlinks.map(({ path, target }) => `${path} -> ${target}`), counts.symlinks);
  await list(session, `${count(counts.special, 'special file')} not opened (pipe, socket or device)`, notes.special.map(({ path, kind }) => `${path} (${kind})`), counts.special);
  await list(session, `${count(counts.emptyFolders, 'empty folder')}, noted`, notes.emptyFolders, counts.emptyFolders);
}

/** Tells which files were not taken and why. */
export async function tellProblems(session: Session, { problems, problemCount }: IntakeReport): Promise<void> {
  if (session.json) return;
  for (const problem of problems.slice(0, SHOWN)) await session.err.line(problem.message);
  if (problemCount > SHOWN) await session.err.line(`and ${grouped(problemCount - SHOWN)} more; --json lists up to 1,000 of them.`);
  await session.err.flush();
}

async function list(session: Session, title: string, items: readonly string[], total: number): Promise<void> {
  if (total === 0) return;
  await session.err.line(`${title}:`);
  for (const item of items.slice(0, SHOWN)) await session.err.line(`  ${item}`);
  if (total > SHOWN) await session.err.line(`  and ${grouped(total - SHOWN)} more`);
  await session.err.flush();
}

/** An inventory is read whole at every commit; past this size the dataset should be divided. */
const LARGE_INVENTORY = 50_000_000;

export async function warnOfLargeInventory(session: Session, name: string, inventoryBytes: number): Promise<void> {
  if (inventoryBytes <= LARGE_INVENTORY) return;
  await warn(session, `The list of files of ${name} is ${bytes(inventoryBytes)} long. Beyond ${bytes(LARGE_INVENTORY)} each further version takes noticeably longer; put new records into another dataset.`);
}
