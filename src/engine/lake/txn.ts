import type { TxnId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';

/** A new transaction id: UUIDv7 of the clock's instant (RFC 9562 section 5.7), 48 bits of milliseconds, the rest random. */
export function newTxn(clock: Clock): TxnId {
  return txnOf(clock, Uint8Array.from(clock.random(16)));
}

/** One that ends with `tag`, 12 hex digits by which a program recognises its own; 26 bits beside the instant stay random. */
export function taggedTxn(clock: Clock, tag: string): TxnId {
  return txnOf(clock, Buffer.concat([clock.random(10), Buffer.from(tag, 'hex')]));
}

function txnOf(clock: Clock, bytes: Uint8Array): TxnId {
  let ms = clock.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as TxnId;
}
