import { truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeVersionZip } from '../../src/engine/package/index.ts';
import type { PackageFile } from '../../src/engine/package/index.ts';
import { run, sha256, signer, temporary, versionOf } from '../unit/engine/package/fixture.ts';

const FIVE_GIB = 5 * 2 ** 30;
/** Of 5 GiB of zeros: `head -c 5368709120 /dev/zero | sha256sum`. */
const ZEROS_SHA256 = '7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5';

const folder = temporary();
afterAll(folder.remove);

/** Writes to a file and leaves holes where there are only zeros, so that a large package takes little room. */
async function sparse(path: string) {
  const handle = await open(path, 'w');
  let size = 0;
  return {
    write: async (chunk: Uint8Array) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (bytes.includes(1) || !bytes.equals(Buffer.alloc(bytes.length))) await handle.write(bytes, 0, bytes.length, size);
      size += bytes.length;
    },
    close: async () => {
      await handle.truncate(size);
      await handle.close();
    },
  };
}

describe('a package with a file over 4 GiB, and files after it', () => {
  it('is found sound by unzip, python3 and 7z, and sha256sum agrees with its manifest', async (ctx) => {
    const large = join(folder.path, 'large.bin');
    writeFileSync(large, '');
    truncateSync(large, FIVE_GIB);
    const small = join(folder.path, 'small.txt');
    writeFileSync(small, 'after four gibibytes\n');
    const files = [
      { path: 'a large file.bin', sha256: ZEROS_SHA256, size: FIVE_GIB, mtime: null, stored: large },
      { path: 'small.txt', sha256: sha256('after four gibibytes\n'), size: 21, mtime: null, stored: small },
    ] as unknown as PackageFile[];
    const zip = join(folder.path, 'p.zip');
    const sink = await sparse(zip);
    const stop = new AbortController();
    const result = await writeVersionZip(versionOf(folder.path, files, await signer('station', 'WS-07')), sink, {
      signal: stop.signal,
      onProgress: () => undefined,
    });
    await sink.close();
    expect(result.payload).toEqual({ files: 2, octets: FIVE_GIB + 21 });

    const judges = [
      ['unzip', '-tq', zip],
      ['python3', '-m', 'zipfile', '-t', zip],
      ['7z', 't', zip],
    ] as const;
    let judged = 0;
    for (const [program, ...args] of judges) {
      const ran = await run(program, args);
      if (ran === null) continue;
      expect(ran, program).toMatchObject({ code: 0 });
      judged++;
    }
    const check = `unzip -p '${zip}' '*/manifest-sha256.txt'; unzip -p '${zip}' '*/data/a large file.bin' | sha256sum; unzip -p '${zip}' '*/data/small.txt'`;
    const unzipped = await run('bash', ['-c', check]);
    if (judged === 0 || unzipped === null) return ctx.skip('neither unzip nor python3 nor 7z is installed, so nobody can judge a large zip');
    expect(unzipped.output).toBe(`${ZEROS_SHA256}  data/a large file.bin\n${sha256('after four gibibytes\n')}  data/small.txt\n${ZEROS_SHA256}  -\nafter four gibibytes\n`);
  });
});
