import { isContractName, isDatasetId, KeyId, LakeId, Sha256 } from '../contract/index.ts';
import type { ContractName, DatasetId, DropId, VersionNumber } from '../contract/index.ts';

/** What an entry is about: docs/formats/lake.md section 3. */
export type Subject =
  | { readonly kind: 'lake' }
  | { readonly kind: 'dataset'; readonly id: DatasetId }
  | { readonly kind: 'version'; readonly id: DatasetId; readonly version: VersionNumber }
  | { readonly kind: 'raw'; readonly uuid: DropId }
  | { readonly kind: 'table'; readonly name: string; readonly version: VersionNumber }
  | { readonly kind: 'cube'; readonly name: string; readonly version: VersionNumber }
  | { readonly kind: 'contract'; readonly name: ContractName; readonly sha256: Sha256 }
  | { readonly kind: 'key'; readonly id: KeyId }
  | { readonly kind: 'entry'; readonly seq: number }
  | { readonly kind: 'tier'; readonly tier: number }
  | { readonly kind: 'request'; readonly uuid: string }
  /** 32 hex digits, made of the secret. */
  | { readonly kind: 'secret'; readonly id: string };

const tableName = /^[a-z][a-z0-9_]{0,62}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const secretId = /^[0-9a-f]{32}$/;
const count = /^(?:0|[1-9]\d{0,8})$/;

/** Reads a subject. Null for every text that `subjectText` does not write. */
export function parseSubject(text: string): Subject | null {
  const [kind, first, second, ...more] = text.split(':');
  if (more.length > 0) return null;
  if (first === undefined) return kind === 'lake' ? { kind } : null;
  switch (kind) {
    case 'version':
    case 'table':
    case 'cube':
    case 'contract':
      return second === undefined ? null : parsePair(kind, first, second);
    default:
      return second === undefined ? parseSingle(kind, first) : null;
  }
}

function parsePair(kind: 'version' | 'table' | 'cube' | 'contract', first: string, second: string): Subject | null {
  if (kind === 'contract') {
    const sha256 = Sha256.safeParse(second);
    return isContractName(first) && sha256.success ? { kind, name: first, sha256: sha256.data } : null;
  }
  const version = parseVersion(second);
  if (version === null) return null;
  if (kind !== 'version') return tableName.test(first) ? { kind, name: first, version } : null;
  return isDatasetId(first) ? { kind, id: first, version } : null;
}

function parseSingle(kind: string | undefined, value: string): Subject | null {
  switch (kind) {
    case 'dataset':
      return isDatasetId(value) ? { kind, id: value } : null;
    case 'key': {
      const id = KeyId.safeParse(value);
      return id.success ? { kind, id: id.data } : null;
    }
    case 'entry':
      return count.test(value) ? { kind, seq: Number(value) } : null;
    case 'tier':
      return count.test(value) ? { kind, tier: Number(value) } : null;
    case 'raw':
      return uuid.test(value) ? { kind, uuid: value as DropId } : null;
    case 'request':
      return uuid.test(value) ? { kind, uuid: value } : null;
    case 'secret':
      return secretId.test(value) ? { kind, id: value } : null;
    default:
      return null;
  }
}

/** `v7` → 7. */
function parseVersion(text: string): VersionNumber | null {
  return /^v[1-9]\d{0,8}$/.test(text) ? (Number(text.slice(1)) as VersionNumber) : null;
}

/** `version:WF-2024-07:v1`. */
export function subjectText(subject: Subject): string {
  switch (subject.kind) {
    case 'lake':
      return 'lake';
    case 'dataset':
    case 'key':
    case 'secret':
      return `${subject.kind}:${subject.id}`;
    case 'version':
      return `version:${subject.id}:v${subject.version}`;
    case 'table':
    case 'cube':
      return `${subject.kind}:${subject.name}:v${subject.version}`;
    case 'contract':
      return `contract:${subject.name}:${subject.sha256}`;
    case 'entry':
      return `entry:${subject.seq}`;
    case 'tier':
      return `tier:${subject.tier}`;
    case 'raw':
    case 'request':
      return `${subject.kind}:${subject.uuid}`;
  }
}

/** Where a fork left its origin: the reference `lake:<old id>@<size>` among the inputs of `lake.forked`. */
export interface ForkPoint {
  readonly lake: LakeId;
  readonly size: number;
}

export function parseForkRef(ref: string): ForkPoint | null {
  const found = /^lake:([0-9a-f-]{36})@(0|[1-9]\d{0,8})$/.exec(ref);
  const lake = LakeId.safeParse(found?.[1]);
  return found && lake.success ? { lake: lake.data, size: Number(found[2]) } : null;
}

/** `lake:0190…@412`. */
export function forkRefText({ lake, size }: ForkPoint): string {
  return `lake:${lake}@${size}`;
}
