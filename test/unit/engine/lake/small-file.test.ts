import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSmall } from '../../../../src/engine/lake/small-file.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hms-small-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const file = (bytes: Buffer): string => {
  const path = join(root, 'file');
  writeFileSync(path, bytes);
  return path;
};

describe('a small file', () => {
  it('is read whole, whatever its length, and whatever its reader knows of it', async () => {
    const lengths = fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom(0, 1, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 16_384));
    await fc.assert(
      fc.asyncProperty(lengths, fc.boolean(), async (length, isKnown) => {
        const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 251));
        const read = await readSmall(file(bytes), 20_000, (part) => isKnown && part.length === length);
        expect(read?.equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is read on where what came is not whole, and not where it is', async () => {
    const asked: number[] = [];
    const whole = (of: number) => (bytes: Buffer): boolean => (asked.push(bytes.length), bytes.length === of);
    await expect(readSmall(file(Buffer.alloc(100)), 1_000, whole(101))).resolves.toHaveLength(100);
    await expect(readSmall(file(Buffer.alloc(100)), 1_000, whole(100))).resolves.toHaveLength(100);
    expect(asked).toEqual([100, 100]);
  });

  it('is null beyond the most that was asked for, and throws what the system says', async () => {
    await expect(readSmall(file(Buffer.alloc(5_000)), 4_999, () => true)).resolves.toBeNull();
    await expect(readSmall(file(Buffer.alloc(5_000)), 5_000, () => false)).resolves.toHaveLength(5_000);
    await expect(readSmall(join(root, 'gone'), 10, () => true)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readSmall(root, 10, () => true)).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('is closed, also where it could not be read', async (ctx) => {
    ctx.skip(process.platform !== 'linux', 'the system does not list open files');
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let n = 0; n < 20; n++) await readSmall(file(Buffer.alloc(10)), n, () => false).catch(() => null);
    await readSmall(root, 10, () => true).catch(() => null);
    await expect.poll(open).toBeLessThanOrEqual(before);
  });
});
