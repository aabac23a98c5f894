import { z } from 'zod';
import { Instant, KeyId, LakeId, Sha256, TxnId } from './ids.ts';

/** The ledger entry: docs/formats/lake.md section 4. Members that the format does not name are refused. */

export const MAX_ENTRY_BYTES = 16_384;
export const ZERO_HASH = '0'.repeat(64) as Sha256;
/** More references than this, inputs and outputs together, go into the body. */
export const MAX_REFS = 64;

const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be base64');

export const KeyRole = z.enum(['station', 'officer', 'recovery']);
export type KeyRole = z.infer<typeof KeyRole>;

const Ref = z.strictObject({ ref: z.string().min(1).max(200), sha256: Sha256 });
const More = z.strictObject({ more: z.int().min(1), sha256: Sha256 });
/** References to what an act used or made, with the hash that identifies it. */
export const Refs = z.union([z.tuple([More]), z.array(Ref).max(MAX_REFS)]);
export type Ref = z.infer<typeof Ref>;
export type Refs = z.infer<typeof Refs>;

export const ActStatement = z.strictObject({
  at: Instant,
  hashes: z.array(Sha256).max(MAX_REFS),
  lake: LakeId,
  op: z.string(),
  subject: z.string(),
  txn: TxnId,
});
export type ActStatement = z.infer<typeof ActStatement>;

export const EntryKey = z.strictObject({ id: KeyId, role: KeyRole, spki: base64 });
export type EntryKey = z.infer<typeof EntryKey>;

export const Entry = z.strictObject({
  v: z.int(),
  lake: LakeId,
  seq: z.int().min(0).max(999_999_999),
  prev: Sha256,
  at: Instant,
  clock: Instant,
  txn: TxnId,
  actor: KeyId,
  station: KeyId,
  op: z.string().regex(/^[a-z]+\.[a-z_]+$/, 'must be an operation like version.committed'),
  subject: z.string().min(1).max(200),
  inputs: Refs,
  outputs: Refs,
  body: z.strictObject({ commit: Sha256, size: z.int().min(0) }).nullable(),
  act: z.strictObject({ sig: base64, statement: ActStatement }).optional(),
  key: EntryKey.optional(),
  sig: base64,
});
export type Entry = z.infer<typeof Entry>;
/** What the station signs. */
export type UnsignedEntry = Omit<Entry, 'sig'>;

/** Operations that this program understands; any other was written by a newer one. */
export const knownOps = [
  'lake.created',
  'lake.forked',
  'lake.recovered',
  'key.enrolled',
  'key.rotated',
  'key.revoked',
  'clock.accepted',
  'dataset.created',
  'dataset.described',
  'version.committed',
  'version.withdrawn',
  'version.voided',
  'version.exported',
  'tag.added',
  'tag.removed',
  'alias.added',
  'contract.published',
  'table.committed',
  'cube.defined',
  'cube.refreshed',
  'body.destroyed',
  'raw.received',
  'raw.repeated',
  'secret.made',
] as const;
export type KnownOp = (typeof knownOps)[number];

export function isKnownOp(op: string): op is KnownOp {
  return (knownOps as readonly string[]).includes(op);
}
