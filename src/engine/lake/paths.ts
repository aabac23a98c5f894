import { join } from 'node:path';
import type { ContractName, KeyId, LakeId, RootName, Sha256, TableName, TxnId } from '../../contract/index.ts';
import { entryFolder } from '../../core/index.ts';

/** Where things are in a lake: docs/formats/lake.md section 2. */
export interface LakePaths {
  readonly root: string;
  readonly lakeJson: string;
  readonly readme: string;
  readonly entries: string;
  readonly checkpoint: string;
  readonly keys: string;
  readonly requests: string;
  /** Copies of the secret of the masks, each closed by a passphrase. */
  readonly secrets: string;
  readonly staging: string;
  readonly stations: string;
  readonly origins: string;
  storageRoot(root: RootName): string;
  /** Folder of one ledger entry. */
  entry(seq: number): string;
  /** A file below `ledger/`, by its path with `/`. */
  ledgerFile(path: string): string;
  transaction(txn: TxnId): string;
  /** Copies of the contracts of one name. */
  contracts(name: ContractName): string;
  contract(name: ContractName, hash: Sha256): string;
  certificate(id: KeyId): string;
  request(id: KeyId): string;
  origin(id: LakeId): string;
  /** Folder of a table. */
  table(name: TableName): string;
}

export function lakePaths(root: string): LakePaths {
  const below = (...parts: string[]): string => join(root, ...parts);
  return {
    root,
    lakeJson: below('lake.json'),
    readme: below('README.txt'),
    entries: below('ledger', 'entries'),
    checkpoint: below('ledger', 'checkpoint'),
    keys: below('keys'),
    requests: below('keys', 'requests'),
    secrets: below('keys', 'secrets'),
    staging: below('staging'),
    stations: below('stations'),
    origins: below('origins'),
    storageRoot: (name) => below(name),
    entry: (seq) => below('ledger', 'entries', ...entryFolder(seq).split('/')),
    ledgerFile: (path) => below('ledger', ...path.split('/')),
    transaction: (txn) => below('staging', txn),
    contracts: (name) => below('contracts', name),
    contract: (name, hash) => below('contracts', name, `${hash}.odcs.yaml`),
    certificate: (id) => below('keys', `${id.slice(0, 16)}.cert.pem`),
    request: (id) => below('keys', 'requests', `${id.slice(0, 16)}.cert.pem`),
    origin: (id) => below('origins', id),
    table: (name) => below('tables', name),
  };
}
