import { nameKey, versionName } from '../contract/index.ts';
import type { BodyHead, ContractName, DatasetId, EntryKey, KeyId, KnownOp, Refs, Sha256, TableName } from '../contract/index.ts';
import { said } from './changes.ts';
import { readTables, subjectKinds } from './deed.ts';
import type { TableOutput } from './deed.ts';
import { parseSubject } from './refs.ts';
import type { Subject } from './refs.ts';
import type { LedgerView } from './view.ts';

/** Rule 3 of docs/formats/lake.md section 7: whether an act fits the state. */

/** Of a key that an entry carries, what can fit or not. */
type KeyRef = Pick<EntryKey, 'id' | 'role'>;

/**
 * Null where the act fits the state, else a plain sentence that says what stands in the way. A writer asks this before each claim; `judge`
 * asks the same of the entry, so that the two cannot differ. `outputs` are looked at for `table.committed` only. `head` is the body's first line, null where it is missing: what only a body
 * says then cannot misfit. `key` is needed for `key.rotated` and `lake.forked` only.
 */
export function fits(op: KnownOp, subject: string, head: BodyHead | null, view: LedgerView, key?: KeyRef, outputs: Refs = []): string | null {
  const parsed = parseSubject(subject);
  if (parsed === null || parsed.kind !== subjectKinds[op]) return `"${subject}" is not a subject that "${op}" can have.`;
  const tables = op === 'table.committed' ? readTables(outputs) : [];
  if (typeof tables === 'string') return tables;
  return entryMisfit(op, parsed, view, key, tables) ?? bodyMisfit(parsed, head, view);
}

/** What stands in the way and can be told from the entry alone, so that it stays true when bodies are destroyed. */
export function entryMisfit(op: KnownOp, subject: Subject, view: LedgerView, key?: KeyRef, tables: readonly TableOutput[] = []): string | null {
  const founds = op === 'lake.created' || op === 'lake.forked';
  if (founds !== (view.size === 0)) return founds ? 'The ledger has begun already.' : 'A ledger begins with the creation of its lake.';
  switch (subject.kind) {
    case 'lake':
      return founds && key !== undefined ? founderMisfit(key, view) : null;
    case 'key':
      return keyMisfit(op, subject.id, view, key);
    case 'dataset':
      return op === 'dataset.created' ? nameMisfit(subject.id, view) : datasetMisfit(subject.id, view);
    case 'version':
      if (op === 'version.committed') return newVersionMisfit(subject.id, subject.version, view);
      return versionMisfit(op, subject.id, subject.version, view);
    case 'contract':
      return contractMisfit(subject.name, subject.sha256, view);
    case 'table':
      return firstOf(tables, (table) => tableMisfit(table, view));
    case 'cube':
      return cubeMisfit(op, subject.name as TableName, subject.version, view);
    case 'entry':
      return destructionMisfit(subject.seq, view);
    case 'raw':
      if (op === 'raw.received') return view.hasDrop(subject.uuid) ? `The raw drop ${subject.uuid} is in the ledger already.` : null;
      return view.hasDrop(subject.uuid) ? null : `There is no raw drop ${subject.uuid} in this lake.`;
    default:
      return null;
  }
}

/** What stands in the way and only the body says. */
export function bodyMisfit(subject: Subject, head: BodyHead | null, view: LedgerView): string | null {
  if (subject.kind === 'dataset') {
    const alias = said(head, 'alias.added')?.alias;
    return alias === undefined ? null : nameMisfit(alias, view);
  }
  const tag = said(head, 'tag.removed')?.tag;
  if (subject.kind !== 'version' || tag === undefined || view.hasTag(subject.id, subject.version, tag) !== false) return null;
  return `${versionName(subject.id, subject.version)} does not have the tag "${tag}".`;
}

// The view of a new ledger has keys only where it goes on from a fork's origin.
function founderMisfit(key: KeyRef, view: LedgerView): string | null {
  const known = view.key(key.id);
  if (key.role !== 'station') return 'A ledger begins with the key of a station.';
  if (known?.revoked === true) return `The key ${short(key.id)} was revoked.`;
  return known !== null && known.role !== 'station' ? `The key ${short(key.id)} is not the key of a station.` : null;
}

function keyMisfit(op: KnownOp, id: KeyId, view: LedgerView, key: KeyRef | undefined): string | null {
  const known = view.key(id);
  if (op === 'key.enrolled') {
    if (known === null) return null;
    if (known.revoked) return `The key ${short(id)} was revoked, and a revoked key cannot be enrolled again.`;
    return `The key ${short(id)} is enrolled already.`;
  }
  if (known === null) return `The key ${short(id)} is not enrolled in this lake.`;
  if (known.revoked) return `The key ${short(id)} is revoked already.`;
  if (op === 'key.revoked') {
    if (key !== undefined && key.role !== known.role) return `The key ${short(id)} is enrolled in another role.`;
    if (known.role !== 'station' || view.stations > 1) return null;
    return `The key ${short(id)} is the last that can write in this lake; enroll another station first.`;
  }
  if (key === undefined) return null;
  if (key.role !== known.role) return 'A key can only be replaced by one of the same role.';
  return view.key(key.id) === null ? null : `The key ${short(key.id)} was enrolled before; a replacement must be a new key.`;
}

function nameMisfit(name: DatasetId, view: LedgerView): string | null {
  const owner = view.nameOwner(nameKey(name));
  if (owner === null) return null;
  if (nameKey(owner) === nameKey(name)) return `The name "${name}" is taken by the dataset ${owner}.`;
  return `The name "${name}" is taken: it is an alias of the dataset ${owner}.`;
}

function datasetMisfit(id: DatasetId, view: LedgerView): string | null {
  return view.dataset(id) === null ? `There is no dataset ${id} in this lake.` : null;
}

function newVersionMisfit(id: DatasetId, version: number, view: LedgerView): string | null {
  const dataset = view.dataset(id);
  if (dataset === null && version === 1) return nameMisfit(id, view);
  if (dataset === null) return `There is no dataset ${id} in this lake, so its first version would be ${versionName(id, 1)}.`;
  return version === dataset.newest + 1 ? null : `The next version of ${id} is ${versionName(id, dataset.newest + 1)}, not v${version}.`;
}

function versionMisfit(op: KnownOp, id: DatasetId, version: number, view: LedgerView): string | null {
  if (view.version(id, version) === null) return `There is no version ${versionName(id, version)} in this lake.`;
  if (op !== 'version.voided' || version === view.dataset(id)?.newest) return null;
  return `Only the newest version of a dataset can be voided, and ${versionName(id, version)} is not.`;
}

function contractMisfit(name: ContractName, hash: Sha256, view: LedgerView): string | null {
  if (view.cube(name) !== null) return `The name "${name}" is taken by a cube.`;
  return view.hasContract(name, hash) ? `The contract ${name} was published in these very words before.` : null;
}

function tableMisfit({ name, version }: TableOutput, view: LedgerView): string | null {
  if (view.cube(name) !== null) return `${name} is a cube: its rows come from its definition, by refreshing it.`;
  const newest = view.table(name)?.newest ?? 0;
  return version === newest + 1 ? null : `The next version of the table ${name} is v${newest + 1}, not v${version}.`;
}

function cubeMisfit(op: KnownOp, name: TableName, version: number, view: LedgerView): string | null {
  const newest = view.table(name)?.newest ?? 0;
  const isDefined = view.cube(name) !== null;
  if (op === 'cube.refreshed' && !isDefined) return `There is no cube ${name} in this lake.`;
  if (!isDefined && newest > 0) return `The name "${name}" is taken by a table.`;
  if (!isDefined && view.contractNamed(name)) return `The name "${name}" is taken by a contract.`;
  return version === newest + 1 ? null : `The next version of the cube ${name} is v${newest + 1}, not v${version}.`;
}

function firstOf<T>(list: readonly T[], fault: (item: T) => string | null): string | null {
  for (const item of list) {
    const found = fault(item);
    if (found !== null) return found;
  }
  return null;
}

function destructionMisfit(seq: number, view: LedgerView): string | null {
  const op = view.opOf(seq);
  if (op === 'cube.defined') return `The body of entry ${seq} is the definition of a cube, and is kept.`;
  // Without its lines nobody can say any more which files the table has.
  if (op === 'table.committed' || op === 'cube.refreshed') return `The body of entry ${seq} says which files a table has, and cannot be destroyed while there is that table.`;
  switch (view.entryBody(seq)) {
    case 'kept':
      return op === 'contract.published' ? `The body of entry ${seq} is the text of a contract, which rows were and will be checked against; it is kept.` : null;
    case 'none':
      return `The entry ${seq} has no body.`;
    case 'destroyed':
      return `The destruction of the body of entry ${seq} is recorded already.`;
    case null:
      return `There is no earlier entry ${seq} that can be read.`;
  }
}

/** The digits of a key id that people are shown. */
function short(id: KeyId): string {
  return id.slice(0, 16);
}
