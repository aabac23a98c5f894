import { dropName } from '../../contract/index.ts';
import type { ContractName, DatasetId, DropName, KeyId, RootName, Sha256, TableName, TxnId } from '../../contract/index.ts';
import type { CommitFacts, ForkPoint, Judgement, LedgerState } from '../../core/index.ts';
import type { LargeFile } from '../workers/read-body.ts';
import type { TreeNodes } from './tree-nodes.ts';

/** What the check of files needs of the ledger. */

export interface VersionFact {
  readonly version: number;
  /** Hash of its inventory: of the one that was committed or, after that, of the one that took its place. */
  hash: Sha256;
  /** The acts whose staging folder may hold it. */
  txn: TxnId;
  voided: boolean;
  /** Absolute path of the body that lists its changes; null where that body is not good, or the version was voided. */
  body: string | null;
  /** Files that it brought and that take long to hash, by their logical paths, as far as its body says. */
  readonly large: readonly LargeFile[];
}

export interface DatasetFact {
  /** Of a raw drop the name of its object, which has one version. */
  readonly id: DatasetId | DropName;
  root: RootName | null;
  /** Files of the newest version as far as its body says; 0 where it does not. */
  files: number;
  readonly versions: VersionFact[];
}

/** A version of a table as the ledger says it. */
export interface TableVersionFact {
  readonly version: number;
  /** Of its Delta lines. */
  readonly hash: Sha256;
  readonly txn: TxnId;
  readonly commit: CommitFacts;
  /** Absolute path of the body that has its lines; null where that body is not good. */
  readonly body: string | null;
  /** Where its lines stand among the later lines of the body. */
  readonly skip: number;
  readonly lines: number;
}

export interface TableFact {
  readonly name: TableName;
  readonly versions: TableVersionFact[];
}

/** What an enrolment says of a key's certificate. */
export interface KeyFact {
  readonly id: KeyId;
  /** Base64 DER; null where no body says it. */
  readonly certificate: string | null;
}

export class LedgerFacts {
  readonly datasets = new Map<DatasetId, DatasetFact>();
  readonly drops = new Map<DropName, DatasetFact>();
  readonly keys = new Map<KeyId, KeyFact>();
  /** Hashes of what was published, by name. */
  readonly contracts = new Map<ContractName, Set<Sha256>>();
  readonly tables = new Map<TableName, TableFact>();
  /** Acts that are in the ledger. */
  readonly txns = new Set<string>();
  /** Hash of lake.json as the first entry says. */
  lakeJson: Sha256 | null = null;
  forkedFrom: (ForkPoint & { readonly root: Sha256 }) | null = null;
  /** Entries whose bodies were to be destroyed. */
  readonly destroyed: number[] = [];

  /** Facts with which a fork goes on. */
  static forkOf(origin: LedgerFacts): LedgerFacts {
    const facts = new LedgerFacts();
    for (const [id, dataset] of origin.datasets) facts.datasets.set(id, { ...dataset, versions: dataset.versions.map((version) => ({ ...version })) });
    for (const [id, drop] of origin.drops) facts.drops.set(id, drop);
    for (const [id, key] of origin.keys) facts.keys.set(id, key);
    for (const [name, hashes] of origin.contracts) facts.contracts.set(name, new Set(hashes));
    for (const [name, table] of origin.tables) facts.tables.set(name, { name, versions: [...table.versions] });
    for (const txn of origin.txns) facts.txns.add(txn);
    return facts;
  }

  /**
   * @param body absolute path of the entry's body where that is good
   * @param large the large files that it lists
   */
  take(judgement: Judgement, body: string | null, large: readonly LargeFile[]): void {
    const { entry } = judgement;
    if (entry === null || !judgement.effect) return;
    this.txns.add(entry.txn);
    for (const change of judgement.changes) {
      switch (change.kind) {
        case 'contractPublished':
          this.contracts.set(change.name, (this.contracts.get(change.name) ?? new Set()).add(change.hash));
          break;
        case 'lakeForked':
          this.forkedFrom = change.from;
          this.lakeJson = change.lakeJson;
          break;
        case 'lakeCreated':
          this.lakeJson = change.lakeJson;
          break;
        case 'keyAdded':
        case 'keyRotated':
          this.keys.set(change.key.id, { id: change.key.id, certificate: change.words?.certificate ?? null });
          break;
        case 'datasetCreated':
          this.datasets.set(change.id, { id: change.id, root: change.root, files: 0, versions: [] });
          break;
        case 'versionAdded': {
          const dataset = this.datasets.get(change.id);
          if (dataset === undefined) break;
          dataset.root ??= change.root;
          dataset.files = change.files ?? 0;
          dataset.versions.push({ version: change.version, hash: change.hash, txn: entry.txn, voided: false, body, large });
          break;
        }
        case 'voided': {
          const version = this.datasets.get(change.id)?.versions[change.version - 1];
          if (version !== undefined) Object.assign(version, { hash: change.hash, txn: entry.txn, voided: true, body: null });
          break;
        }
        case 'dropReceived': {
          const id = dropName(change.drop);
          this.drops.set(id, { id, root: 'raw', files: 1, versions: [{ version: 1, hash: change.hash, txn: entry.txn, voided: false, body, large }] });
          break;
        }
        case 'tableCommitted': {
          const { name, version, hash, words, skip, program } = change;
          const table = this.tables.get(name) ?? { name, versions: [] };
          const commit = { at: Date.parse(entry.at), seq: entry.seq, txn: entry.txn, operation: words?.operation ?? '', engine: program ?? '' };
          table.versions.push({ version, hash, txn: entry.txn, commit, body: words === null ? null : body, skip, lines: words?.lines ?? 0 });
          this.tables.set(name, table);
          break;
        }
        case 'bodyDestroyed':
          this.destroyed.push(change.seq);
          break;
        default:
          break;
      }
    }
  }
}

export interface LedgerRead {
  readonly state: LedgerState;
  readonly facts: LedgerFacts;
  readonly size: number;
  /** The Merkle tree over its leaves. */
  readonly nodes: TreeNodes;
}
