import { tableHead } from '../contract/index.ts';
import type { BodyHead, ContractName, DatasetId, Description, DropId, HeadOf, Imported, Instant, KeyId, KnownOp, Lineage, LogicalPath, ProgramId, RootName, Sha256, TableName, TableWords, Tag, VersionNumber } from '../contract/index.ts';
import type { Deed, ForkOrigin, NewKey, TableOutput } from './deed.ts';
import type { FirstTags, LedgerView } from './view.ts';

/** What the body of `key.enrolled` and `key.rotated` says of a key. */
export interface KeyWords {
  readonly name: string;
  /** Base64 DER. */
  readonly certificate: string;
  readonly fingerprint: Sha256;
}

/** What the body of `version.exported` says of the package. */
export type PackageWords = Pick<HeadOf<'version.exported'>, 'name' | 'bytes' | 'payload' | 'signer'>;

/** What the first line of the body of `raw.received` says of the drop. */
export interface DropWords {
  readonly program: ProgramId;
  /** Media type, as it was sniffed. */
  readonly media: string;
  readonly sender: string;
  readonly contract: string | null;
}

type Target = { readonly id: DatasetId; readonly version: VersionNumber };

/**
 * One fact that an entry with effect adds to the state. What only the body says is null where that body is missing, altered or destroyed.
 * A catalog that keeps such words beside the number of the entry they came from can drop them on `bodyDestroyed`.
 */
export type Change =
  | { readonly kind: 'lakeCreated'; readonly lakeJson: Sha256 }
  | { readonly kind: 'lakeForked'; readonly lakeJson: Sha256; readonly from: ForkOrigin; readonly reason: string | null }
  | { readonly kind: 'recovered'; readonly done: HeadOf<'lake.recovered'>['done'] | null }
  | { readonly kind: 'keyAdded'; readonly key: NewKey; readonly words: KeyWords | null }
  | {
      readonly kind: 'keyRotated';
      readonly old: KeyId;
      readonly key: NewKey;
      readonly words: KeyWords | null;
      readonly reason: string | null;
    }
  | { readonly kind: 'keyRevoked'; readonly id: KeyId; readonly reason: string | null }
  | {
      readonly kind: 'clockAccepted';
      readonly station: KeyId;
      readonly accepted: { readonly server: Instant | null; readonly offset: number; readonly reason: string } | null;
    }
  | { readonly kind: 'datasetCreated'; readonly id: DatasetId; readonly root: RootName | null; readonly firstTags: FirstTags | null }
  | { readonly kind: 'described'; readonly id: DatasetId; readonly description: Description | null }
  | { readonly kind: 'aliasAdded'; readonly id: DatasetId; readonly alias: DatasetId | null }
  | (Target & {
      readonly kind: 'versionAdded';
      readonly hash: Sha256;
      readonly root: RootName | null;
      readonly message: string | null;
      /** Those that its own body gives. */
      readonly tags: readonly Tag[] | null;
      /** On v1, those that `dataset.created` gave: the version has both. Null on every other version, and where v1 created the dataset. */
      readonly firstTags: FirstTags | null;
      /** Of the whole state. */
      readonly files: number | null;
      readonly bytes: number | null;
      readonly transform: string | null;
      readonly lineage: Lineage | null;
      readonly imported: Imported | null;
    })
  | (Target & { readonly kind: 'withdrawn'; readonly reason: string | null })
  | (Target & { readonly kind: 'voided'; readonly hash: Sha256; readonly reason: string | null })
  | (Target & { readonly kind: 'exported'; readonly package: Sha256; readonly words: PackageWords | null })
  | (Target & { readonly kind: 'tagAdded' | 'tagRemoved'; readonly tag: Tag | null })
  /** `hash` is that of the text, which is the whole contract as it was written; `major`: it was published as one that breaks with the one before. */
  | {
      readonly kind: 'contractPublished';
      readonly name: ContractName;
      readonly hash: Sha256;
      readonly version: string | null;
      readonly text: string | null;
      readonly major: boolean | null;
    }
  | (TableOutput & { readonly kind: 'tableCommitted'; readonly message: string | null; readonly words: TableWords | null; /** Later lines of the body before its own. */ readonly skip: number; /** The program that acted. */ readonly program: string | null })
  /** `hash` is that of the text, which is the whole definition as it was written. */
  | { readonly kind: 'cubeDefined'; readonly name: TableName; readonly hash: Sha256; readonly text: string | null }
  /** `seq` and `op` are those of the entry whose body goes. */
  | {
      readonly kind: 'bodyDestroyed';
      readonly seq: number;
      readonly op: string | null;
      readonly authority: string | null;
      readonly reason: string | null;
    }
  /** Name, size and hash of the file stand in the line after the first. */
  | { readonly kind: 'dropReceived'; readonly drop: DropId; readonly hash: Sha256; readonly words: DropWords | null }
  /** The same bytes came again for the same program. */
  | { readonly kind: 'dropRepeated'; readonly drop: DropId; readonly words: (Omit<DropWords, 'media'> & { readonly name: LogicalPath; /** Nothing came: someone said that the drop is for `contract`. */ readonly assigned: boolean }) | null };

/** The body of this operation, where it is there. */
export function said<O extends KnownOp>(head: BodyHead | null, op: O): HeadOf<O> | null {
  return head !== null && head.op === op ? (head as HeadOf<O>) : null;
}

/** What a deed that fits changes. `seq` is its entry's number; `station` made it. */
export function changesOf(deed: Deed, head: BodyHead | null, seq: number, station: KeyId, view: LedgerView): readonly Change[] {
  switch (deed.op) {
    case 'lake.created':
      return [{ kind: 'lakeCreated', lakeJson: deed.lakeJson }, keyAdded(deed.key, null)];
    case 'lake.forked':
      return [
        { kind: 'lakeForked', lakeJson: deed.lakeJson, from: deed.from, reason: said(head, deed.op)?.reason ?? null },
        keyAdded(deed.key, null),
      ];
    case 'lake.recovered':
      return [{ kind: 'recovered', done: said(head, deed.op)?.done ?? null }];
    case 'clock.accepted': {
      const words = said(head, deed.op);
      return [{ kind: 'clockAccepted', station, accepted: words && { server: words.server, offset: words.offset, reason: words.reason } }];
    }
    case 'key.enrolled':
      return [keyAdded(deed.key, said(head, deed.op))];
    case 'key.rotated': {
      const words = said(head, deed.op);
      return [{ kind: 'keyRotated', old: deed.old, key: deed.key, words: keyWords(words), reason: words?.reason ?? null }];
    }
    case 'key.revoked':
      return [{ kind: 'keyRevoked', id: deed.key.id, reason: said(head, deed.op)?.reason ?? null }];
    case 'dataset.created': {
      const words = said(head, deed.op);
      return [{ kind: 'datasetCreated', id: deed.id, root: words?.root ?? null, firstTags: { seq, tags: words?.tags ?? null } }];
    }
    case 'dataset.described':
      return [{ kind: 'described', id: deed.id, description: said(head, deed.op)?.description ?? null }];
    case 'alias.added':
      return [{ kind: 'aliasAdded', id: deed.id, alias: said(head, deed.op)?.alias ?? null }];
    case 'version.committed':
      return versionAdded(deed, said(head, deed.op), view);
    case 'version.withdrawn':
      return [{ kind: 'withdrawn', ...target(deed), reason: said(head, deed.op)?.reason ?? null }];
    case 'version.voided':
      return [{ kind: 'voided', ...target(deed), hash: deed.hash, reason: said(head, deed.op)?.reason ?? null }];
    case 'version.exported':
      return [{ kind: 'exported', ...target(deed), package: deed.hash, words: packageWords(said(head, deed.op)) }];
    case 'tag.added':
      return [{ kind: 'tagAdded', ...target(deed), tag: said(head, deed.op)?.tag ?? null }];
    case 'tag.removed':
      return [{ kind: 'tagRemoved', ...target(deed), tag: said(head, deed.op)?.tag ?? null }];
    case 'contract.published': {
      const { version = null, text = null, major = null } = said(head, deed.op) ?? {};
      return [{ kind: 'contractPublished', name: deed.name, hash: deed.hash, version, text, major }];
    }
    case 'cube.defined':
      return [{ kind: 'cubeDefined', name: deed.name, hash: deed.hash, text: said(head, deed.op)?.text ?? null }];
    case 'table.committed':
    case 'cube.refreshed': {
      const words = tableHead(head?.op === deed.op ? head : null);
      return deed.tables.map((table) => {
        const place = words?.tables.findIndex(({ name, version }) => name === table.name && version === table.version) ?? -1;
        const before = words?.tables.slice(0, Math.max(0, place)) ?? [];
        const skip = before.reduce((sum, { lines }) => sum + lines, 0);
        return { kind: 'tableCommitted', ...table, message: words?.message ?? null, words: words?.tables[place] ?? null, skip, program: words?.by.program ?? null };
      });
    }
    case 'body.destroyed': {
      const words = said(head, deed.op);
      const { authority = null, reason = null } = words ?? {};
      return [{ kind: 'bodyDestroyed', seq: deed.seq, op: view.opOf(deed.seq), authority, reason }];
    }
    case 'raw.received': {
      const words = said(head, deed.op);
      return [{ kind: 'dropReceived', drop: deed.drop, hash: deed.hash, words: words && { program: words.program, media: words.media, sender: words.sender, contract: words.contract ?? null } }];
    }
    case 'raw.repeated': {
      const words = said(head, deed.op);
      return [{ kind: 'dropRepeated', drop: deed.drop, words: words && { program: words.program, name: words.name, sender: words.sender, contract: words.contract ?? null, assigned: words.assigned === true } }];
    }
    // Which secret is the newest is told by the ledger itself; nothing else hangs on it.
    case 'secret.made':
      return [];
  }
}

function versionAdded(
  deed: Target & { readonly hash: Sha256 },
  words: HeadOf<'version.committed'> | null,
  view: LedgerView,
): readonly Change[] {
  const dataset = view.dataset(deed.id);
  const added: Change = {
    kind: 'versionAdded',
    ...target(deed),
    hash: deed.hash,
    root: words?.root ?? null,
    message: words?.message ?? null,
    tags: words?.tags ?? null,
    firstTags: deed.version === 1 ? (dataset?.firstTags ?? null) : null,
    files: words?.files ?? null,
    bytes: words?.bytes ?? null,
    transform: words?.transform ?? null,
    lineage: words?.lineage ?? null,
    imported: words?.imported ?? null,
  };
  return dataset === null ? [{ kind: 'datasetCreated', id: deed.id, root: words?.root ?? null, firstTags: null }, added] : [added];
}

function keyAdded(key: NewKey, words: KeyWords | null): Change {
  return { kind: 'keyAdded', key, words: keyWords(words) };
}

function keyWords(words: KeyWords | null): KeyWords | null {
  return words && { name: words.name, certificate: words.certificate, fingerprint: words.fingerprint };
}

function packageWords(words: PackageWords | null): PackageWords | null {
  return words && { name: words.name, bytes: words.bytes, payload: words.payload, signer: words.signer };
}

function target({ id, version }: Target): Target {
  return { id, version };
}
