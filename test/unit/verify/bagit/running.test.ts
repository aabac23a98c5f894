import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { CancelledError } from '../../../../src/contract/index.ts';
import type { Progress } from '../../../../src/contract/index.ts';
import { verify } from '../../../../src/verify/index.ts';
import { found } from '../../../builders/verify/check.ts';
import { handBag, putBag } from '../../../builders/verify/hand-bag.ts';
import { handTar } from '../../../builders/verify/hand-tar.ts';
import { handZip } from '../../../builders/verify/hand-zip.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const bag = handBag({ algorithms: ['md5', 'sha512'], payload: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${String(i)}`, 'x'.repeat(i)])) });
bag.set('data/f7', Buffer.from('other'));

function places(): string[] {
  const folder = temp();
  const entries = [...bag].map(([path, bytes]) => ({ name: `bag/${path}`, bytes }));
  writeFileSync(join(folder, 'a.zip'), handZip(entries.map((entry, i) => ({ ...entry, packed: i % 2 === 0 }))));
  writeFileSync(join(folder, 'a.tar'), handTar(entries));
  writeFileSync(join(folder, 'a.tar.gz'), gzipSync(handTar(entries)));
  return [putBag(join(folder, 'bag'), bag), ...['a.zip', 'a.tar', 'a.tar.gz'].map((name) => join(folder, name))];
}

it('with threads and without, the same is found in every container, and progress ends at its total', async () => {
  const [folder = '', ...archives] = places();
  const threaded = await verify(folder, { workers: 2 });
  for (const path of [folder, ...archives]) {
    const told: Progress[] = [];
    const report = await verify(path, { workers: 0, onProgress: (progress) => told.push(progress) });
    expect(found(report)).toEqual(['BAGIT_OXUM_WRONG bag-info.txt', 'BAGIT_FILE_ALTERED data/f7']);
    expect(report.checked).toMatchObject({ files: 300, bytes: 44_848 });
    const last = told.at(-1);
    expect(last?.bytesDone).toBe(last?.bytesTotal);
    expect(report.findings).toEqual(threaded.findings);
  }
});

it('a check that is stopped rejects as cancelled', async () => {
  for (const [i, path] of places().entries()) {
    // Threads take their time to start: one container stands for all.
    for (const workers of i === 1 ? [0, 2] : [0]) {
      const controller = new AbortController();
      const running = verify(path, { workers, signal: controller.signal, onProgress: () => { controller.abort(); } });
      await expect(running).rejects.toBeInstanceOf(CancelledError);
    }
  }
});
