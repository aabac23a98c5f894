import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatasetId, LogicalPath, Tag } from '../../../src/contract/index.ts';
import { HmsError } from '../../../src/contract/index.ts';
import { addTag } from '../../../src/engine/datasets/index.ts';
import { commit, put, removeFiles, renameFile } from '../../../src/engine/drafting.ts';
import { versionOf } from '../../../src/engine/files.ts';
import { initLake } from '../../../src/engine/init.ts';
import { openToRead, openToWrite } from '../../../src/engine/open.ts';
import type { WritableLake } from '../../../src/engine/open.ts';
import { enrollStation, requestEnrolment } from '../../../src/engine/stations.ts';
import { verify } from '../../../src/verify/index.ts';
import { quiet } from '../fault/quiet.ts';

/**
 * What a workstation does in a process of its own: `station-work.ts WHAT LAKE DISK ARGUMENT…`. Each acknowledged act is printed as a line of JSON at once. What begins at
 * the same time as others says `ready` and waits until the file GO is there.
 */

const [, , what = '', folder = '', disk = '', ...more] = process.argv;
const profile = join(disk, 'profile');
const options = { folder, profile, grace: 0 };
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function together(go: string): Promise<void> {
  process.stdout.write('ready\n');
  while (!existsSync(go)) await sleep(20);
}

function source(name: string, texts: Readonly<Record<string, string>>): { kind: 'path'; path: string } {
  const at = join(disk, `source-${name}`);
  for (const [file, text] of Object.entries(texts)) {
    mkdirSync(join(at, file, '..'), { recursive: true });
    writeFileSync(join(at, file), text);
  }
  return { kind: 'path', path: `${at}/.` };
}

async function writing(work: (lake: WritableLake) => Promise<void>, account = 'tester'): Promise<void> {
  const lake = await openToWrite({ ...options, by: { account, host: 'REC', program: 'HMS-DTA test' } });
  try {
    await work(lake);
  } finally {
    await lake.close();
  }
}

const id = (text: string): DatasetId => text as DatasetId;
const pathOf = (text: string): LogicalPath => text as LogicalPath;

const works: Readonly<Record<string, () => Promise<void>>> = {
  /** A lake with one version to tag. */
  async make() {
    await (await initLake({ ...options, zone: 'America/New_York' })).lake.close();
    await writing(async (lake) => {
      await put(lake, id('LOG'), [source('make', { 'a.txt': 'a' })], quiet);
      await commit(lake, id('LOG'), { message: null, tags: [] });
    });
  },

  /** Reads, is refused, asks to be enrolled: prints the refusal's code and the key. */
  async ask() {
    const lake = await openToRead(options);
    const { version } = versionOf(lake, 'LOG');
    const { id16, fingerprint } = await requestEnrolment(lake);
    await lake.close();
    const refused = await writing(() => Promise.resolve()).then(() => null, (error: unknown) => (error instanceof HmsError ? error.code : String(error)));
    say({ version, refused, id16, fingerprint });
  },

  async enroll() {
    const [id16 = '', fingerprint = ''] = more;
    await writing(async (lake) => void (await enrollStation(lake, id16, fingerprint)));
  },

  /** NAME COUNT GO: so many tags. */
  async append() {
    const [name = '', count = '', go = ''] = more;
    await writing(async (lake) => {
      await together(go);
      for (let i = 0; i < Number(count); i++) {
        const { seq, entry } = await addTag(lake, { dataset: id('LOG'), version: 1 }, `${name}-${i}` as Tag);
        say({ seq, txn: entry.txn });
      }
    });
  },

  /** NAME COUNT GO: so many versions of one dataset that all commit to, each with one more file. */
  async commit() {
    const [name = '', count = '', go = ''] = more;
    await writing(async (lake) => {
      await together(go);
      for (let i = 0; i < Number(count); i++) {
        const path = `${name}/${i}.txt`;
        await put(lake, id('BOTH'), [source(`${name}-${i}`, { [path]: `${name} ${i}` })], quiet);
        const { version, claimed } = await commit(lake, id('BOTH'), { message: `${name} ${i}`, tags: [] });
        say({ version, seq: claimed.seq, path });
      }
    }, name);
  },

  /** NAME COUNT GO: puts so many files into this officer's draft of one dataset, renames the first and removes the second. */
  async edit() {
    const [name = '', count = '', go = ''] = more;
    await writing(async (lake) => {
      await together(go);
      for (let i = 0; i < Number(count); i++) await put(lake, id('EDITED'), [source(`${name}-${i}`, { [`${name}/${i}.txt`]: `${name} ${i}` })], quiet);
      await renameFile(lake, id('EDITED'), pathOf(`${name}/0.txt`), pathOf(`${name}/renamed.txt`));
      await removeFiles(lake, id('EDITED'), [pathOf(`${name}/1.txt`)]);
    });
  },

  /** Commits what this officer's processes put into the draft. */
  async keep() {
    await writing(async (lake) => say({ version: (await commit(lake, id('EDITED'), { message: null, tags: [] })).version }));
  },

  /** NAME STOP FROM: version after version from file FROM on, as an officer does who gives a refused command again, until the file STOP is there. Prints what each attempt came to. */
  async press() {
    const [name = '', stop = '', from = ''] = more;
    await writing(async (lake) => {
      for (let i = Number(from); !existsSync(stop); i++) {
        const path = `${name}/${i}.txt`;
        const began = performance.now();
        for (let isIn = false; !isIn; ) {
          try {
            say({ path, step: 'putting' });
            await put(lake, id('BOTH'), [source(`${name}-${i}`, { [path]: `${name} ${i}` })], quiet);
            say({ path, step: 'committing' });
            const { version, claimed } = await commit(lake, id('BOTH'), { message: `${name} ${i}`, tags: [] });
            say({ path, step: 'committed', version, seq: claimed.seq, seconds: (performance.now() - began) / 1_000 });
            isIn = true;
          } catch (error) {
            if (!(error instanceof HmsError)) throw error;
            say({ path, step: 'refused', code: error.code, message: error.message, kept: error.kept ?? null, outcome: error.facts['outcome'] ?? null });
            // Nothing is left to commit: it took place although nobody was told.
            isIn = error.code === 'DRAFT_EMPTY';
            if (!isIn) await sleep(200);
          }
        }
      }
    }, name);
  },

  /** Prints the files of every version of the dataset that all commit to. */
  async list() {
    const lake = await openToRead(options);
    const newest = lake.catalog.view.dataset(id('BOTH'))?.newest ?? 0;
    for (let version = 1; version <= newest; version++) say({ version, files: [...(lake.catalog.iterateFiles(id('BOTH'), version) ?? [])].map(({ path }) => path) });
    await lake.close();
  },

  /** Prints what the checker finds, notes left out. */
  async verify() {
    const report = await verify(folder, { workers: 0 });
    say({ entries: report.checked.entries, findings: report.findings.filter((finding) => finding.severity !== 'note').map((finding) => `${finding.code} ${finding.path}`) });
  },
};

void works[what]?.();
