import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatasetId, Tag } from '../../../src/contract/index.ts';
import { commit, put } from '../../../src/engine/drafting.ts';
import { initLake } from '../../../src/engine/init.ts';
import { openToRead, openToWrite } from '../../../src/engine/open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from '../../../src/engine/open.ts';

/** An office in a temporary folder: a lake, profiles of several stations, and a folder for sources. Everything is the real thing. */
export class Office {
  readonly folder: string;
  readonly lake: string;
  recoveryKey = '';

  /** `lake`: where the lake is, if that is another place. */
  constructor(folder: string, lake = join(folder, 'lake')) {
    this.folder = folder;
    this.lake = lake;
  }

  options(station = 'first', more: Partial<OpenOptions> = {}): OpenOptions {
    return { folder: this.lake, profile: join(this.folder, `profile-${station}`), by: { account: station, host: `REC-${station}`, program: 'HMS-DTA test' }, grace: 0, ...more };
  }

  /** Runs work on the lake as a station that may write. */
  async write<T>(work: (lake: WritableLake) => Promise<T>, station = 'first', more: Partial<OpenOptions> = {}): Promise<T> {
    const lake = await openToWrite(this.options(station, more));
    try {
      return await work(lake);
    } finally {
      await lake.close();
    }
  }

  async read<T>(work: (lake: ReadableLake) => Promise<T> | T, station = 'first', more: Partial<OpenOptions> = {}): Promise<T> {
    const lake = await openToRead(this.options(station, more));
    try {
      return await work(lake);
    } finally {
      await lake.close();
    }
  }

  /** Writes source files and answers their folder, ending in `/.`: what is put has just the names given here. */
  async sources(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await mkdtemp(join(this.folder, 'source-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return `${folder}/.`;
  }

  /** Puts texts and commits them; answers the version's number. */
  async ingest(id: string, files: Readonly<Record<string, string>>, options: { message?: string; tags?: string[]; station?: string } = {}): Promise<number> {
    const source = await this.sources(files);
    return this.write(async (lake) => {
      await put(lake, id as DatasetId, [{ kind: 'path', path: source }], quiet);
      return (await commit(lake, id as DatasetId, { message: options.message ?? null, tags: (options.tags ?? []) as Tag[] })).version;
    }, options.station);
  }

  /** A copy of the lake's folder beside it. */
  async copyLake(name: string): Promise<string> {
    const copy = join(this.folder, name);
    await cp(this.lake, copy, { recursive: true });
    return copy;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

export const quiet = { signal: new AbortController().signal, onProgress: () => undefined, inline: true };

/** A new office with an empty lake. */
export async function openOffice(): Promise<Office> {
  const office = new Office(await mkdtemp(join(tmpdir(), 'hms-office-')));
  const { lake, recoveryKey } = await initLake({ ...office.options(), zone: 'America/New_York' });
  office.recoveryKey = recoveryKey;
  await lake.close();
  return office;
}

export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
