import { createHash } from 'node:crypto';
import type { Hasher } from './copy-loop.ts';

/**
 * Memory that a copying thread shares with a hashing thread, so that one large file is read and written while it is hashed: a ring of
 * pieces, and counters that both wait on. On two cores that takes the time of the hashing alone.
 */
export interface Ring {
  readonly pieces: SharedArrayBuffer;
  /** Int32: pieces given, pieces hashed, digest ready, then the length of each piece in the ring. */
  readonly counters: SharedArrayBuffer;
  readonly digest: SharedArrayBuffer;
}

/**
 * Small, so that a piece that was read is still in the processor's cache when it is written and hashed: with pieces of 4 MB the same copy took one and a
 * half times as long.
 */
const PIECE_BYTES = 256 * 1024;
const SLOTS = 8;
const GIVEN = 0;
const HASHED = 1;
const READY = 2;
const LENGTHS = 3;
/** In place of a length: the file is at its end; the file is given up. */
const END = -1;
const GIVEN_UP = -2;
/** How long to wait before looking again whether everything was stopped: the other thread may have died. */
const WAIT_MS = 500;

export function makeRing(): Ring {
  return {
    pieces: new SharedArrayBuffer(SLOTS * PIECE_BYTES),
    counters: new SharedArrayBuffer(4 * (LENGTHS + SLOTS)),
    digest: new SharedArrayBuffer(32),
  };
}

/** The copying thread's end. `hashRing` must run in another thread for each file: it ends with the digest or with reset. */
export function ringHasher(ring: Ring, stopped: () => boolean): Hasher & { finish(): void } {
  const counters = new Int32Array(ring.counters);
  let given = Atomics.load(counters, GIVEN);
  let open = true;

  const waitFor = (counter: number, reached: () => boolean): boolean => {
    while (!reached()) {
      if (stopped()) return false;
      const seen = Atomics.load(counters, counter);
      if (!reached()) Atomics.wait(counters, counter, seen, WAIT_MS);
    }
    return true;
  };
  const give = (length: number): void => {
    Atomics.store(counters, LENGTHS + (given % SLOTS), length);
    given++;
    Atomics.store(counters, GIVEN, given);
    Atomics.notify(counters, GIVEN);
  };
  const roomFree = (): boolean => waitFor(HASHED, () => given - Atomics.load(counters, HASHED) < SLOTS);

  return {
    pieceBytes: PIECE_BYTES,
    room() {
      roomFree();
      return new Uint8Array(ring.pieces, (given % SLOTS) * PIECE_BYTES, PIECE_BYTES);
    },
    add: give,
    digest() {
      if (!roomFree()) return null;
      give(END);
      open = false;
      if (!waitFor(READY, () => Atomics.load(counters, READY) === 1)) return null;
      return Buffer.from(new Uint8Array(ring.digest)).toString('hex');
    },
    reset() {
      // One ring serves one pass: nothing was given yet.
    },
    finish() {
      if (open && roomFree()) give(GIVEN_UP);
      open = false;
    },
  };
}

/** The hashing thread's end: hashes one file's pieces as they come and leaves the digest in the ring. Blocks until the file is done, given up or stopped. */
export function hashRing(ring: Ring, stopped: () => boolean): void {
  const counters = new Int32Array(ring.counters);
  const state = createHash('sha256');
  for (let hashed = Atomics.load(counters, HASHED); ; hashed++) {
    while (Atomics.load(counters, GIVEN) === hashed) {
      if (stopped()) return;
      Atomics.wait(counters, GIVEN, hashed, WAIT_MS);
    }
    const length = Atomics.load(counters, LENGTHS + (hashed % SLOTS));
    if (length === GIVEN_UP) return;
    if (length === END) {
      new Uint8Array(ring.digest).set(state.digest());
      Atomics.store(counters, READY, 1);
      Atomics.notify(counters, READY);
      return;
    }
    state.update(new Uint8Array(ring.pieces, (hashed % SLOTS) * PIECE_BYTES, length));
    Atomics.store(counters, HASHED, hashed + 1);
    Atomics.notify(counters, HASHED);
  }
}
