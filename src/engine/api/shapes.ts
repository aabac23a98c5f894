import { versionName } from '../../contract/index.ts';
import type { KeyId } from '../../contract/index.ts';
import type { Dataset, DatasetRow, FileRow, Version } from '../../contract/api/index.ts';
import type { ReadableLake } from '../access.ts';
import type { DatasetDetail, DatasetSummary, FileRow as CatalogFile, VersionDetail } from '../catalog/index.ts';
import type { Doc } from './handler.ts';

/** What the catalog knows, in the shapes of the door. */

/** Names of keys, looked up once for one answer. */
export type Signers = (key: KeyId | null) => { readonly key: string; readonly role: string; readonly name: string } | null;

export function signersOf(lake: ReadableLake): Signers {
  const keys = new Map(lake.catalog.keys().map(({ id, role, name }) => [id, { key: id as string, role: role as string, name: name ?? id.slice(0, 16) }]));
  const { station } = lake;
  const own = station === null ? undefined : keys.get(station.id);
  if (station !== null && own !== undefined) keys.set(station.id, { ...own, name: station.name });
  return (key) => (key === null ? null : (keys.get(key) ?? { key, role: 'unknown', name: key.slice(0, 16) }));
}

export function versionShape(lake: ReadableLake, detail: VersionDetail, signers: Signers): Doc<Version> {
  const { dataset, version, at, hash, message, tags, files, bytes, seq, txn, transform, lineage, imported, withdrawn, voided, destroyed, placed } = detail;
  const ended = (event: VersionDetail['withdrawn']): Version['withdrawn'] => (event === null ? null : { at: event.at, reason: event.reason });
  const gone = destroyed === null ? null : { at: destroyed.at, authority: destroyed.authority };
  const by = signers(lake.catalog.entryByTxn(txn)?.actor ?? null);
  const ref = versionName(dataset, version);
  return { ref, dataset, version, at, hash, message, tags, files, bytes, seq, txn, transform, lineage, imported, withdrawn: ended(withdrawn), voided: ended(voided), destroyed: gone, placed, by } as Doc<Version>;
}

/** `changes` of this account's draft. */
export function datasetRow(lake: ReadableLake, summary: DatasetSummary, title: string | null, changes: number | null, signers: Signers): Doc<DatasetRow> {
  const { id, createdAt, aliases, versions, newest, root } = summary;
  return { id, createdAt, aliases, title, versions, newest: newest === null ? null : versionShape(lake, newest, signers), root, draft: changes };
}

export function datasetShape(lake: ReadableLake, detail: DatasetDetail, changes: number | null): Doc<Dataset> {
  const signers = signersOf(lake);
  const description = descriptionOf(detail);
  const exports = lake.catalog.exports(detail.id).map(({ seq, at, version, name, bytes, payload, signer }) => ({ seq, at, version, name, bytes, payload, signer }));
  return { ...datasetRow(lake, detail, titleOf(description), changes, signers), description, exports } as Doc<Dataset>;
}

/** The description in effect; null where there is none or its words are gone. */
export function descriptionOf(detail: DatasetDetail | null): DatasetDetail['descriptions'][number]['value'] {
  return detail?.descriptions[0]?.value ?? null;
}

export function titleOf(description: ReturnType<typeof descriptionOf>): string | null {
  const title: unknown = description?.title;
  return typeof title === 'string' ? title : null;
}

export function fileShape({ path, sha256, size, mtime, since }: CatalogFile): Doc<FileRow> {
  return { path, name: path.slice(path.lastIndexOf('/') + 1), size, sha256, mtime, since };
}
