import type { DatasetId, Description, EntryKey, Instant, Tag } from '../../contract/index.ts';
import { HmsError, versionName } from '../../contract/index.ts';
import type { Claimed, Ledger, LedgerSigner } from '../lake/index.ts';
import { rootFor } from '../lake/index.ts';

/** Acts on datasets and versions that change no file: each is one ledger entry (docs/formats/lake.md section 6). */

/** Who acts, on which ledger. */
export interface Desk {
  readonly ledger: Ledger;
  readonly signer: LedgerSigner;
}

export interface VersionName {
  readonly dataset: DatasetId;
  readonly version: number;
}

const subjectOf = ({ dataset, version }: VersionName): string => `version:${versionName(dataset, version)}`;

/** Reserves an id. Tags given here go on the first version; `phi` among them keeps the dataset in `raw/`. */
export function createDataset({ ledger, signer }: Desk, id: DatasetId, tags: readonly Tag[]): Promise<Claimed> {
  return ledger.act(signer, { op: 'dataset.created', subject: `dataset:${id}`, head: { root: rootFor(tags), tags: [...tags] } });
}

/** Replaces the whole description of a dataset. */
export function describeDataset({ ledger, signer }: Desk, id: DatasetId, description: Description): Promise<Claimed> {
  return ledger.act(signer, { op: 'dataset.described', subject: `dataset:${id}`, head: { description } });
}

export function addAlias({ ledger, signer }: Desk, id: DatasetId, alias: DatasetId): Promise<Claimed> {
  return ledger.act(signer, { op: 'alias.added', subject: `dataset:${id}`, head: { alias } });
}

/** Tags a version. `phi` is refused where the dataset is not kept in `raw/`: its bytes would stay where everyone can read them. */
export async function addTag({ ledger, signer }: Desk, version: VersionName, tag: Tag): Promise<Claimed> {
  if (tag === 'phi' && ledger.context.index.rootOf(version.dataset) !== 'raw') {
    throw new HmsError('TAG_REFUSED', `${version.dataset} was not created as protected health information, so its files lie where everyone who can open the lake can read them.`, {
      kept: 'Nothing was changed.',
      next: 'Create a dataset with --tag phi and put the files there.',
    });
  }
  return ledger.act(signer, { op: 'tag.added', subject: subjectOf(version), head: { tag } });
}

export function removeTag({ ledger, signer }: Desk, version: VersionName, tag: Tag): Promise<Claimed> {
  return ledger.act(signer, { op: 'tag.removed', subject: subjectOf(version), head: { tag } });
}

/** Withdraws a version: its bytes stay, its number still opens it, and nothing else finds it any more. */
export function withdrawVersion({ ledger, signer }: Desk, version: VersionName, reason: string): Promise<Claimed> {
  return ledger.act(signer, { op: 'version.withdrawn', subject: subjectOf(version), head: { reason } });
}

/** Accepts that this station's clock differs from the file server's by `offset` ms (station − server). */
export function acceptClock({ ledger, signer }: Desk, reason: string, server: Instant, offset: number): Promise<Claimed> {
  return ledger.act(signer, { op: 'clock.accepted', subject: 'lake', head: { reason, server, offset: Math.round(offset) } });
}

/** Takes a key out of the key set from this entry on. */
export function revokeKey({ ledger, signer }: Desk, key: EntryKey, reason: string): Promise<Claimed> {
  return ledger.act(signer, { op: 'key.revoked', subject: `key:${key.id}`, head: { reason }, key });
}
