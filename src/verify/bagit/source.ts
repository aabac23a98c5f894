import type { Algorithm } from './algorithms.ts';
import type { FileTable } from './files.ts';

/** What is to be hashed, and whom to tell. */
export interface HashPlan {
  readonly algorithms: readonly Algorithm[];
  /** Which algorithms are wanted of a file, as bits by their place in `algorithms`; 0 for none. */
  wanted(file: number): number;
  /** Digests in the order of the wanted algorithms, end to end; only good during the call. */
  hashed(file: number, digests: Uint8Array): void;
  /** @param detail why, as a part of a sentence */
  failed(file: number, detail: string): void;
}

/** A bag that can be read: a folder, a zip or a tar file. Paths are relative to the bag's folder, `/` between parts. */
export interface BagSource {
  readonly files: FileTable;
  /** The bytes of a file piece by piece; each piece is only good until the next is asked for. Throws BrokenFile where it cannot be read to its end. */
  pieces(file: number): AsyncGenerator<Uint8Array>;
  hash(plan: HashPlan): Promise<void>;
  close(): void;
}
