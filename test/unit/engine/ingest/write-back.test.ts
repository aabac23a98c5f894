import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { WriteBack } from '../../../../src/engine/ingest/write-back.ts';
import { durableOn, systemDisk, type Place } from '../../../../src/engine/lake/index.ts';

const MB = 1024 * 1024;

function made(kind: Place['kind'], syncFile: (path: string) => Promise<void>): { writeBack: WriteBack; errors: unknown[] } {
  const errors: unknown[] = [];
  const durable = durableOn({ ...systemDisk, syncFile }, { kind, name: '' }, systemClock);
  return { writeBack: new WriteBack(durable, (error) => errors.push(error)), errors };
}

test('a large file is flushed every 128 MB while it is copied, once at a time, and on local disks only', async () => {
  for (const kind of ['journaled', 'share', 'other'] as const) {
    const synced: string[] = [];
    const { writeBack } = made(kind, (path) => Promise.resolve(void synced.push(path)));
    writeBack.progressed(500 * MB);
    writeBack.begin('/c/large');
    writeBack.progressed(127 * MB);
    writeBack.progressed(MB);
    writeBack.progressed(128 * MB);
    await writeBack.end('/c/large');
    writeBack.progressed(500 * MB);
    expect(synced).toEqual(kind === 'journaled' ? ['/c/large'] : []);
  }
});

test('an error of the disk is passed on, because the system reports it once; a file that has gone is none', async () => {
  const error = Object.assign(new Error('EIO'), { code: 'EIO' });
  const broken = made('journaled', () => Promise.reject(error));
  broken.writeBack.begin('/c/large');
  broken.writeBack.progressed(128 * MB);
  await broken.writeBack.end('/c/large');
  expect(broken.errors).toEqual([error]);

  const gone = made('journaled', () => Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' })));
  gone.writeBack.begin('/c/large');
  gone.writeBack.progressed(128 * MB);
  await gone.writeBack.end('/c/large');
  expect(gone.errors).toEqual([]);
});
