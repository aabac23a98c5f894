import { isKnownOp } from '../contract/index.ts';
import type { BodyHead, Entry, KeyId, LakeId, Sha256 } from '../contract/index.ts';
import { fromBase64, toHex, utf8 } from './bytes.ts';
import type { Sha256Fn } from './bytes.ts';
import { changesOf, said } from './changes.ts';
import type { Change } from './changes.ts';
import type { VerifySignature } from './checkpoint.ts';
import { readDeed, readKey } from './deed.ts';
import type { Deed, NewKey } from './deed.ts';
import { actSigningBytes, entrySigningBytes, parseEntrySoon } from './entry.ts';
import { bodyMisfit, entryMisfit } from './fits.ts';
import { parseSubject } from './refs.ts';
import type { Subject } from './refs.ts';
import type { LedgerView } from './view.ts';

/** Which entries have effect, and what effect: docs/formats/lake.md section 7. */

/** One leaf, as it stands at its place. */
export interface Leaf {
  readonly seq: number;
  /** The bytes of `entry.json`, whatever they are. */
  readonly bytes: Uint8Array;
  /** `leafHash` of the bytes. */
  readonly leafHash: Uint8Array;
  /**
   * First line of the body. `missing`: not there, not matching its commitment, or not readable; `destroyed`: gone under a `body.destroyed`;
   * null: the entry has none. Only a head is looked at; the rest is all the same here.
   */
  readonly body: BodyHead | 'missing' | 'destroyed' | null;
  /**
   * Where somebody tried the signatures of these very bytes before: whether that of the entry, by the key `station`, and that of the act, by the key
   * `actor`, are good. Left out, or null, where it was not tried: then it is tried here.
   */
  readonly tried?: { readonly entry: boolean | null; readonly act: boolean | null };
  /** The entry in these very bytes, where somebody read them before as `parseEntry` does. Left out where nobody did, or they are none: then they are read here. */
  readonly entry?: Entry;
}

export type Judgement =
  | { readonly leafHash: Sha256; readonly entry: Entry; readonly effect: true; readonly changes: readonly Change[] }
  | {
      readonly leafHash: Sha256;
      /** Null where the bytes are not an entry. */
      readonly entry: Entry | null;
      readonly effect: false;
      /** A plain sentence. */
      readonly why: string;
      /** Written by a newer version of the program: from here on this one may read the lake, not write. */
      readonly newer?: true;
      /**
       * Only the body does not fit (a name that is taken, a tag that is not there). The entry's `at` and `txn` then count for those after
       * it as if it had effect; else the destruction of that body, which makes what it said unknown, would change how all later entries are
       * judged.
       */
      readonly bodyOnly?: true;
    };

/**
 * Judges the next leaf against the state before it. Never throws on what a leaf or body holds, however hostile; throws a RangeError where
 * the leaf is not the view's next one, which is a mistake of the caller. `lakeId` is from `lake.json`.
 */
export function judge(leaf: Leaf, view: LedgerView, lakeId: LakeId, sha: Sha256Fn, verifySignature: VerifySignature): Judgement {
  if (leaf.seq !== view.size) throw new RangeError(`Entry ${leaf.seq} cannot be judged by the state after ${view.size} entries.`);
  const leafHash = toHex(leaf.leafHash) as Sha256;
  const parsed = leaf.entry === undefined ? parseEntrySoon(leaf.bytes) : ({ ok: true, entry: leaf.entry } as const);
  if (!parsed.ok) return { leafHash, entry: null, effect: false, why: parsed.why, ...(parsed.newer ? { newer: true } : {}) };
  const { entry } = parsed;
  const { op } = entry;
  const without = (why: string) => ({ leafHash, entry, effect: false, why }) as const;

  if (entry.v !== 1) return { ...without(`The entry has the form ${entry.v}, of a newer version of this program.`), newer: true };
  const misplaced = placeFault(entry, leaf.seq, view, lakeId);
  if (misplaced !== null) return without(misplaced);
  // The key in an entry of an unknown operation may be of a kind that is not known either.
  const key = entry.key === undefined || !isKnownOp(op) ? null : readKey(entry.key, sha);
  if (typeof key === 'string') return without(key);
  const unsigned = signatureFault(entry, key, view, leaf.tried, verifySignature);
  if (unsigned !== null) return without(unsigned);
  if (!isKnownOp(op)) return { ...without(`The operation "${op}" was written by a newer version of this program.`), newer: true };
  const deed = readDeed(entry, op, key);
  if (typeof deed === 'string') return without(deed);
  const subject = parseSubject(entry.subject);
  if (subject === null) return without(`"${entry.subject}" is not a subject.`);
  const misfit = entryMisfit(op, subject, view, key ?? undefined, deed.op === 'table.committed' ? deed.tables : []);
  if (misfit !== null) return without(misfit);
  // A head of another operation was not written for this entry.
  const head = typeof leaf.body === 'object' && leaf.body?.op === op ? leaf.body : null;
  const wrongBody = bodyMisfit(subject, head, view) ?? textMisfit(subject, head, sha) ?? definitionMisfit(deed, head, sha);
  if (wrongBody !== null) return { ...without(wrongBody), bodyOnly: true };
  return { leafHash, entry, effect: true, changes: changesOf(deed, head, leaf.seq, entry.station, view) };
}

/** The text of a contract is the one that its entry names. */
function textMisfit(subject: Subject, head: BodyHead | null, sha: Sha256Fn): string | null {
  const text = said(head, 'contract.published')?.text;
  if (subject.kind !== 'contract' || text === undefined || toHex(sha(utf8(text))) === subject.sha256) return null;
  return `The text in the body is not the contract ${subject.name} that the entry names.`;
}

/** So is the definition of a cube. */
function definitionMisfit(deed: Deed, head: BodyHead | null, sha: Sha256Fn): string | null {
  const text = said(head, 'cube.defined')?.text;
  if (deed.op !== 'cube.defined' || text === undefined || toHex(sha(utf8(text))) === deed.hash) return null;
  return `The text in the body is not the definition of the cube ${deed.name} that the entry names.`;
}

/** Rule 1: the entry is of this lake and of this place, and later than what has effect before it. */
function placeFault(entry: Entry, seq: number, view: LedgerView, lakeId: LakeId): string | null {
  if (entry.lake !== lakeId) return `The entry is of another lake, ${entry.lake}.`;
  if (entry.seq !== seq) return `The entry says that it is number ${entry.seq}, and stands at ${seq}.`;
  if (entry.prev !== view.lastLeafHash) return 'The entry does not follow the one that stands before it.';
  if (view.lastEffectiveAt !== null && entry.at <= view.lastEffectiveAt) {
    return `The entry's time, ${entry.at}, is not later than ${view.lastEffectiveAt}, the time of an entry before it.`;
  }
  // Part of rule 3, here because it too stands in the entry whatever its operation is.
  return view.txnSeen(entry.txn) ? `The act ${entry.txn} is in the ledger already.` : null;
}

/** Rules 2 and 4: who made the entry could make it, and did. */
function signatureFault(entry: Entry, carried: NewKey | null, view: LedgerView, tried: Leaf['tried'], verifySignature: VerifySignature): string | null {
  const station = entry.seq === 0 ? (carried?.id === entry.station ? { ...carried, revoked: false } : null) : view.key(entry.station);
  const id = short(entry.station);
  if (station === null && entry.seq === 0) return 'The first entry is not signed by the key that it carries.';
  if (station === null) return `The key ${id} that signed the entry is not enrolled in this lake.`;
  if (station.revoked) return `The key ${id} that signed the entry was revoked before.`;
  if (station.role === 'officer') return `The entry is signed by an officer's key, ${id}, in place of a station's.`;
  const recovers = entry.op === 'key.enrolled' || entry.op === 'key.revoked';
  if (station.role === 'recovery' && !recovers) return 'A recovery key may only enroll and revoke keys.';
  if (!(tried?.entry ?? isSigned(station.spki, entrySigningBytes(entry), entry.sig, verifySignature))) {
    return `The signature of the key ${id} on the entry is not good.`;
  }
  return actFault(entry, view, tried, verifySignature);
}

function actFault(entry: Entry, view: LedgerView, tried: Leaf['tried'], verifySignature: VerifySignature): string | null {
  const { act, actor } = entry;
  const id = short(actor);
  if (act === undefined && actor === entry.station) return null;
  if (act === undefined) return `The entry names ${id} as the one who acted, and does not carry that signature.`;
  const officer = view.key(actor);
  if (officer === null) return `The officer's key ${id} is not enrolled in this lake.`;
  if (officer.revoked) return `The officer's key ${id} was revoked before.`;
  if (officer.role !== 'officer') return `The key ${id} that signed the act is not an officer's key.`;
  const { statement } = act;
  const isOfEntry = (['lake', 'txn', 'op', 'subject'] as const).every((member) => statement[member] === entry[member]);
  if (!isOfEntry) return 'The officer signed another act than the one that the entry records.';
  const recorded = [...entry.inputs, ...entry.outputs];
  const isOfHashes = statement.hashes.length === recorded.length && statement.hashes.every((hash, at) => hash === recorded[at]?.sha256);
  if (!isOfHashes) return 'The officer signed for other hashes than those that the entry records.';
  const isGood = tried?.act ?? isSigned(officer.spki, actSigningBytes(statement), act.sig, verifySignature);
  return isGood ? null : `The signature of the officer's key ${id} on the act is not good.`;
}

function isSigned(spki: Uint8Array, message: Uint8Array, signature: string, verifySignature: VerifySignature): boolean {
  const der = fromBase64(signature);
  return der !== null && der.length > 0 && verifySignature(spki, message, der);
}

/** The digits of a key id that people are shown. */
function short(id: KeyId): string {
  return id.slice(0, 16);
}
