import { fromBase64, toBase64 } from './bytes.ts';

/** C2SP tlog-proof: that one leaf stands in a signed tree. docs/formats/lake.md section 8. */
export interface LogProof {
  readonly index: number;
  /** From the leaf's sibling up, 32 bytes each. */
  readonly path: readonly Uint8Array[];
  /** The whole signed note, as it was written. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const HASH_BYTES = 32;
/** A tree of 2^53 leaves has paths of 53 hashes. */
const MAX_PATH = 64;

export function formatProof({ index, path, checkpoint }: LogProof): string {
  return `${HEADER}\nindex ${index}\n${path.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/**
 * Reads a proof; null where its own lines are not as the standard says. The checkpoint is handed on as text: `parseCheckpoint` reads it.
 * The standard's optional `extra` line is read over, since nothing vouches for it.
 */
export function parseProof(text: string): LogProof | null {
  const gap = text.indexOf('\n\n');
  if (gap < 0 || gap + 2 === text.length) return null;
  const lines = text.slice(0, gap).split('\n');
  if (lines.shift() !== HEADER) return null;
  if (lines[0]?.startsWith('extra ') === true) lines.shift();
  const found = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '');
  const index = Number(found?.[1]);
  if (!found || !Number.isSafeInteger(index) || lines.length > MAX_PATH) return null;
  const path: Uint8Array[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return null;
    path.push(hash);
  }
  return { index, path, checkpoint: text.slice(gap + 2) };
}
