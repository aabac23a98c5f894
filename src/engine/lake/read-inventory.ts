import { createHash } from 'node:crypto';
import { HmsError } from '../../contract/index.ts';
import type { Finding, Sha256 } from '../../contract/index.ts';
import { HeadStateCollector, HeldDigestsCollector } from '../../core/index.ts';
import type { DigestList, HeadState } from '../../core/index.ts';
import { piecesOf } from './read-file.ts';

/** Reading the inventory of a claimed version. Throws STORED_DAMAGED where it has not the hash that the ledger names, or cannot be read. */

/** Manifest and newest state, streamed. */
export async function readHeadState(file: string, hash: Sha256): Promise<HeadState> {
  let result = await collect(file, hash, new HeadStateCollector());
  if (!result.ok && result.again !== null) result = await collect(file, hash, new HeadStateCollector(result.again));
  if (result.ok) return result.value;
  throw unreadable(file, result.findings);
}

/** Which content the object holds: all that the next version needs to know of the manifest. */
export async function readHeldDigests(file: string, hash: Sha256): Promise<DigestList> {
  const result = await collect(file, hash, new HeldDigestsCollector());
  if (result.ok) return result.digests;
  throw unreadable(file, result.findings);
}

async function collect<T>(file: string, expected: Sha256, collector: { feed(chunk: Uint8Array): void; end(): T }): Promise<T> {
  const hash = createHash('sha256');
  for await (const chunk of piecesOf(file)) {
    hash.update(chunk);
    collector.feed(chunk);
  }
  if (hash.digest('hex') === expected) return collector.end();
  throw new HmsError('STORED_DAMAGED', `The inventory ${file} is not the one that was committed: its SHA-256 is not the one in the ledger.`, {
    kept: 'Nothing was changed.',
    next: 'Run `hms dta verify` on the lake, and restore the file from a backup.',
  });
}

function unreadable(file: string, findings: readonly Finding[]): HmsError {
  return new HmsError('STORED_DAMAGED', `The inventory ${file} cannot be read: ${findings[0]?.message ?? 'it is not an OCFL inventory.'}`, {
    kept: 'Nothing was changed.',
    next: 'Run `hms dta verify` on the lake, and restore the file from a backup.',
  });
}
