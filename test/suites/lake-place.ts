import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DatasetId, LogicalPath, Tag } from '../../src/contract/index.ts';
import { addAlias, addTag, createDataset, describeDataset, withdrawVersion } from '../../src/engine/datasets/index.ts';
import { commit, discard, draftsOf, put, removeFiles, renameFile } from '../../src/engine/drafting.ts';
import { exportVersion } from '../../src/engine/export.ts';
import { openFile, versionOf } from '../../src/engine/files.ts';
import { doctor } from '../../src/engine/doctor.ts';
import { initLake } from '../../src/engine/init.ts';
import type { WritableLake } from '../../src/engine/open.ts';
import { rebuildCatalog } from '../../src/engine/upkeep.ts';
import { verify } from '../../src/verify/index.ts';
import { Office, quiet, textOf } from '../builders/lake/office.ts';

/**
 * What store, ledger and drafts promise, wherever the lake is: one list of cases, in order, on one lake. Without a test runner, because workstations that have none
 * run it too: see builders/net/run-suite.ts.
 */

/** A case of a suite: it fails by throwing. */
export interface PlaceCase {
  readonly name: string;
  /** `program`: the file of the command line. */
  run(office: Office, program: string): Promise<void>;
}

const id = (text: string): DatasetId => text as DatasetId;
const plain = { message: null, tags: [] };

type Texts = Readonly<Record<string, string>>;

async function expectFiles(office: Office, version: string, files: Texts): Promise<void> {
  await office.read(async (lake) => {
    const found = versionOf(lake, version);
    const paths = [...(lake.catalog.iterateFiles(found.dataset, found.version) ?? [])].map((file) => file.path);
    deepEqual([...paths].sort(), Object.keys(files).sort());
    for (const path of paths) equal(await textOf((await openFile(lake, found, path)).stream), files[path], path);
  });
}

async function expectClean(office: Office): Promise<void> {
  const report = await verify(office.lake, { workers: 0 });
  deepEqual(report.findings.filter((finding) => finding.severity !== 'note').map((finding) => `${finding.code} ${finding.path}`), []);
}

async function stage(office: Office, name: string, files: Texts, account = 'first'): Promise<void> {
  const source = await office.sources(files);
  await office.write((lake) => put(lake, id(name), [{ kind: 'path', path: source }], quiet), 'first', as(account));
}

const as = (account: string): { by: WritableLake['by'] } => ({ by: { account, host: 'REC-first', program: 'HMS-DTA test' } });

const first: Texts = {
  'readings.csv': 'time,temp\n1,20\n',
  'sensors/a b/deep.txt': 'deep',
  'übersicht/Größe.txt': 'umlauts',
  'same.txt': 'twice',
  'sensors/same.txt': 'twice',
  'con/aux.txt': 'names that Windows keeps for itself',
  'ends with a dot./question?.txt': 'names that shares do not take',
  'Case.txt': 'upper',
  'case.txt': 'lower',
};

export const placeCases: readonly PlaceCase[] = [
  {
    name: 'a lake is made there',
    async run(office) {
      const { lake, recoveryKey } = await initLake({ ...office.options(), zone: 'America/New_York' });
      office.recoveryKey = recoveryKey;
      await lake.close();
      deepEqual((await readdir(office.lake)).filter((name) => name === 'lake.json' || name === 'README.txt').sort(), ['README.txt', 'lake.json']);
    },
  },
  {
    name: 'the doctor looks at how it is mounted, and leaves nothing behind',
    async run(office) {
      const before = await readdir(office.lake, { recursive: true });
      const { place, checks, conclusion } = await doctor(office.lake, office.options().profile, 50);
      deepEqual(checks.filter(({ name }) => name === 'mount').map(({ ok, words }) => [ok, words]), place.kind === 'share' ? [[true, 'It is mounted in the way that was tested.']] : []);
      if (place.kind === 'share') equal(conclusion, 'Two people can write at the same time here, from different workstations.');
      deepEqual(await readdir(office.lake, { recursive: true }), before);
    },
  },
  {
    name: 'files of any name are kept, and read back byte by byte',
    async run(office) {
      equal(await office.ingest('WF', first, { message: 'first', tags: ['draft'] }), 1);
      await expectFiles(office, 'WF:v1', first);
    },
  },
  {
    name: 'the next version adds, replaces, removes and renames, and the one before stays as it was',
    async run(office) {
      await stage(office, 'WF', { 'readings.csv': 'time,temp\n1,21\n', 'new/one.txt': 'new' });
      await office.write(async (lake) => {
        equal(await removeFiles(lake, id('WF'), ['sensors/a b' as LogicalPath]), 1);
        await renameFile(lake, id('WF'), 'same.txt' as LogicalPath, 'renamed.txt' as LogicalPath);
        equal((await commit(lake, id('WF'), { message: 'second', tags: [] })).version, 2);
      });
      const { 'sensors/a b/deep.txt': _gone, 'same.txt': moved = '', ...kept } = first;
      await expectFiles(office, 'WF:v2', { ...kept, 'readings.csv': 'time,temp\n1,21\n', 'new/one.txt': 'new', 'renamed.txt': moved });
      await expectFiles(office, 'WF:v1', first);
    },
  },
  {
    name: 'a draft that one process puts into is committed by another',
    async run(office, program) {
      const source = await office.sources({ 'by-one.txt': 'from a process of its own' });
      const profile = office.options().profile;
      await office.write((lake) => createDataset(lake, id('TWO'), []));
      const hms = promisify(execFile).bind(null, process.execPath);
      const settings = { env: { ...process.env, HMS_PROFILE: profile } };
      await hms([program, 'dta', 'put', '--lake', office.lake, 'TWO', source], settings);
      await hms([program, 'dta', 'commit', '--lake', office.lake, 'TWO', '-m', 'by another'], settings);
      await expectFiles(office, 'TWO:v1', { 'by-one.txt': 'from a process of its own' });
    },
  },
  {
    name: 'who commits later is stopped where both changed one file, keeps the draft, and is not where they did not',
    async run(office) {
      await stage(office, 'WF', { 'readings.csv': 'mine' });
      await stage(office, 'WF', { 'readings.csv': 'yours', 'yours.txt': 'yours' }, 'other');
      await office.write((lake) => commit(lake, id('WF'), plain), 'first', as('other'));
      await rejects(office.write((lake) => commit(lake, id('WF'), plain)), { code: 'DATASET_MOVED', facts: { dataset: 'WF', newest: 3, base: 2, paths: ['readings.csv'], count: 1 } });
      await office.write(async (lake) => {
        const [draft, ...more] = await draftsOf(lake);
        ok(draft !== undefined && more.length === 0);
        await discard(lake, draft);
      });
      await stage(office, 'WF', { 'mine.txt': 'mine' });
      await stage(office, 'WF', { 'yours.txt': 'again' }, 'other');
      equal(await office.write(async (lake) => (await commit(lake, id('WF'), plain)).version), 4);
      equal(await office.write(async (lake) => (await commit(lake, id('WF'), plain)).version, 'first', as('other')), 5);
      await office.read(async (lake) => equal(await textOf((await openFile(lake, versionOf(lake, 'WF'), 'mine.txt' as LogicalPath)).stream), 'mine'));
    },
  },
  {
    name: 'tags, other names, descriptions and withdrawals are found again',
    async run(office) {
      await office.write(async (lake) => {
        await addTag(lake, { dataset: id('WF'), version: 1 }, 'as-received' as Tag);
        await addAlias(lake, id('WF'), id('WILDFIRE'));
        await describeDataset(lake, id('WF'), { title: 'Wildfire readings' });
        await withdrawVersion(lake, { dataset: id('WF'), version: 3 }, 'wrong station');
      });
      await office.read((lake) => {
        equal(versionOf(lake, 'WILDFIRE:as-received').version, 1);
        equal(versionOf(lake, 'WF:v3').withdrawn === null, false);
      });
    },
  },
  {
    name: 'a package is made of it, on this computer and beside the lake, and is good',
    async run(office) {
      const beside = join(office.lake, '..', 'beside');
      await mkdir(beside);
      for (const target of [join(office.folder, 'package.zip'), join(beside, 'package.zip')]) {
        await office.write((lake) => exportVersion(lake, versionOf(lake, 'WF:v1'), target, quiet));
        equal((await verify(target, { workers: 0 })).clean, true, target);
      }
      await rm(beside, { recursive: true });
    },
  },
  {
    name: 'a commit that stops because a stranger has the next number writes nothing over it, and goes on when that is gone',
    async run(office) {
      await stage(office, 'WF', { 'after.txt': 'after' });
      const size = await office.read((lake) => lake.catalog.position().size);
      const number = await office.read((lake) => lake.paths.entry(size));
      await mkdir(number);
      await writeFile(join(number, 'Thumbs.db'), 'junk');
      await rejects(office.write((lake) => commit(lake, id('WF'), plain)), { code: 'LEDGER_BLOCKED' });
      equal(await readFile(join(number, 'Thumbs.db'), 'utf8'), 'junk');
      await rename(number, join(office.lake, '..', 'junk'));
      await rm(join(office.lake, '..', 'junk'), { recursive: true });
      equal(await office.write(async (lake) => (await commit(lake, id('WF'), plain)).version), 6);
    },
  },
  {
    name: 'the catalog is the same when it is built anew, nothing is left in staging, and the check finds nothing',
    async run(office) {
      const before = await office.read((lake) => lake.catalog.totals());
      const { entries, datasets, files } = await rebuildCatalog(office.options());
      deepEqual({ entries, datasets, files }, { entries: before.entries, datasets: before.datasets, files: before.files });
      deepEqual(await readdir(join(office.lake, 'staging')), []);
      await expectClean(office);
    },
  },
];
