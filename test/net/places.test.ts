import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoNetwork } from '../builders/net/missing.ts';
import { Network } from '../builders/net/network.ts';
import type { Workstation } from '../builders/net/workstation.ts';
import { limitCases } from '../suites/lake-limits.ts';
import { placeCases } from '../suites/lake-place.ts';

/** The same promises at every place that a lake may be at; shares are used by a workstation with a kernel of its own. */

const missing = whyNoNetwork();

interface CaseResult {
  readonly name: string;
  readonly error: string | null;
}

let network: Network | null = null;
const results = new Map<string, Promise<readonly CaseResult[]>>();

const parsed = (text: string): CaseResult[] => text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as CaseResult);

function folderOn(workstation: Workstation, name: string): string {
  const folder = join(workstation.disk, name);
  mkdirSync(folder);
  return folder;
}

/** Runs a suite on a share as a workstation sees it. */
async function onShare({ programs }: Network, workstation: Workstation, kind: 'smb' | 'nfs', suite: 'place' | 'limits'): Promise<CaseResult[]> {
  const mount = await workstation.mount(kind, suite === 'limits' ? 'small' : 'lakes');
  const { stdout, stderr } = await workstation.start(workstation.node(programs.suite, suite, folderOn(workstation, `${kind}-${suite}`), `${mount}/lake`, programs.hms)).ended;
  if (stderr !== '') console.info(stderr);
  return parsed(stdout);
}

/** Runs a suite in the box, at a folder on a disk of this computer. */
async function onDisk({ box, first, programs }: Network, suite: 'place' | 'limits', name: string, folder: string): Promise<CaseResult[]> {
  const done = box.start(`${name}.log`, process.execPath, programs.suite, suite, folderOn(first, name), join(folder, 'lake'), programs.hms);
  await done.ended;
  return parsed(readFileSync(done.log, 'utf8'));
}

async function onStick(open: Network): Promise<CaseResult[]> {
  const { box } = open;
  const image = join(box.work, 'stick.img');
  const folder = join(box.work, 'stick');
  mkdirSync(folder);
  box.run('truncate', '-s', '128M', image);
  box.run('mkfs.exfat', image);
  const device = box.run('losetup', '--find', '--show', image).trim();
  box.run('mount.exfat-fuse', device, folder);
  // It is let go of by itself when the mount ends.
  box.run('losetup', '--detach', device);
  return onDisk(open, 'place', 'stick-suite', folder);
}

async function inMemory(open: Network): Promise<CaseResult[]> {
  const folder = join(open.box.work, 'small');
  mkdirSync(folder);
  open.box.run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder);
  return onDisk(open, 'limits', 'small-suite', folder);
}

beforeAll(async () => {
  if (missing !== null) return;
  const open = await Network.open();
  network = open;
  const { first, second } = open;
  // Each workstation has one processor; what is on this computer's disks runs beside them.
  const smb = onShare(open, first, 'smb', 'place');
  const nfs = onShare(open, second, 'nfs', 'place');
  results.set('an SMB 3.1.1 share', smb);
  results.set('an NFS 4.1 share', nfs);
  results.set('a small SMB share', smb.then(() => onShare(open, first, 'smb', 'limits')));
  results.set('a small NFS share', nfs.then(() => onShare(open, second, 'nfs', 'limits')));
  const local = onDisk(open, 'place', 'local-suite', folderOn(first, 'local'));
  const stick = local.then(() => onStick(open));
  results.set('a local disk', local);
  results.set('an exFAT stick', stick);
  results.set('a small disk', stick.then(() => inMemory(open)));
  for (const result of results.values()) result.catch(() => undefined);
});

afterAll(() => network?.close());

function describePlace(place: string, cases: readonly { readonly name: string }[]): void {
  describe(`at ${place}`, () => {
    for (const { name } of cases) {
      it(name, async (context) => {
        if (missing !== null) context.skip(missing);
        const result = (await results.get(place))?.find((one) => one.name === name);
        expect(result?.error, 'the suite ended before this case').not.toBeUndefined();
        if (result?.error !== null) throw new Error(result?.error);
      });
    }
  });
}

for (const place of ['a local disk', 'an exFAT stick', 'an SMB 3.1.1 share', 'an NFS 4.1 share']) describePlace(place, placeCases);
for (const place of ['a small disk', 'a small SMB share', 'a small NFS share']) describePlace(place, limitCases);
