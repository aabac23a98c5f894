import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Random inputs: nothing in them compresses or repeats. */

export function largeFile(path: string, bytes: number): void {
  const descriptor = openSync(path, 'w');
  for (let done = 0; done < bytes; ) {
    const piece = randomBytes(Math.min(64 << 20, bytes - done));
    done += writeSync(descriptor, piece);
  }
  closeSync(descriptor);
}

/** `count` files of `bytes`, a thousand to a folder. */
export function smallFiles(folder: string, count: number, bytes: number): void {
  for (let i = 0; i < count; i++) {
    const inside = join(folder, String(Math.floor(i / 1000)).padStart(3, '0'));
    if (i % 1000 === 0) mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `record-${String(i).padStart(6, '0')}.bin`), randomBytes(bytes));
  }
}
