import type { Findings } from '../findings.ts';
import type { VersionCounts } from './contents.ts';
import { CsvReader } from './csv.ts';
import type { VersionFolders } from './layout.ts';
import { VERSIONS } from './layout.ts';
import type { PackageSource } from './source.ts';

/** A version of a package whose entry could be read, with what was found of it. */
export interface CheckedVersion extends VersionCounts {
  /** `WF-2024-07:v1` */
  readonly name: string;
  readonly folders: VersionFolders;
  readonly seq: number;
  readonly leafHash: string;
  readonly inventoryHash: string;
}

const HEADER = 'version,data,provenance,inventory_sha256,seq,leaf_sha256,files,octets';
const MAX_BYTES = 16 * 1024 * 1024;

/** versions.csv says exactly what the package holds: docs/formats/export.md section 11. */
export async function checkVersionsCsv(source: PackageSource, checked: readonly CheckedVersion[], findings: Findings): Promise<void> {
  const read = await source.read(VERSIONS, MAX_BYTES);
  const records: string[] = [];
  const csv = new CsvReader((fields) => records.push(fields.join(',')));
  if (!('why' in read)) csv.feed(read.bytes.toString('utf8'));
  csv.end();
  const expected = new Set(
    checked.map(({ name, folders, inventoryHash, seq, leafHash, here }) => [name, folders.data, folders.proof, inventoryHash, seq, leafHash, here.files, here.octets].join(',')),
  );
  const [header, ...said] = records;
  const isRight = header === HEADER && said.length === expected.size && new Set(said).size === said.length && said.every((record) => expected.has(record));
  if (!isRight) findings.add('PROVENANCE_WRONG', VERSIONS, 'versions.csv does not name the versions of the package with what is in it of each.');
}
