import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { numbersFrom } from '../fault/numbers.ts';
import type { Network } from './network.ts';
import { expectNoneHalf, Pressing } from './pressing.ts';
import type { SharedLake } from './two-stations.ts';
import type { Workstation } from './workstation.ts';

/** Workstations whose plug is pulled at random moments while they commit. */

/** A commit of one small file over a share takes about so long, ms. */
const COMMIT_MS = 1_500;

/** Pulls the plug of a workstation in the middle of a commit, starts it again, and lets it go on; so many times. */
async function cutAgainAndAgain(station: Workstation, pressing: Pressing, times: number, drive: string | undefined, prepare: () => Promise<void>, random: () => number): Promise<void> {
  for (let cut = 0; cut < times; cut++) {
    await pressing.more('committing', 1);
    await sleep(random() * COMMIT_MS);
    await station.cut();
    await pressing.wasCut();
    await station.boot(drive);
    await prepare();
    pressing.again();
  }
  await pressing.more('committed', 1);
}

/** The first workstation loses its power while it commits to the lake, and the second goes on; nothing is half there. */
export async function cutWhileSharing(lake: SharedLake, times: number): Promise<void> {
  const [first, second] = lake.stations as [Workstation, Workstation];
  const [cutOff, other] = [lake.press(first), lake.press(second)];
  await other.more('committed', 1);
  const before = other.count('committed');
  await cutAgainAndAgain(first, cutOff, times, undefined, async () => void (await first.mount(lake.kind)), numbersFrom(Date.now()));
  // The other went on, between the cuts and after the last one.
  expect(other.count('committed')).toBeGreaterThan(before + times);
  await Promise.all([cutOff.end(), other.end()]);
  expectNoneHalf(lake.pressed, await lake.does(second, 'list'));
  await lake.expectClean();
  console.info(`${times} cuts of a workstation (${lake.kind}): ${[cutOff, other].map((one) => `${one.name} ${one.count('committed')} versions, ${one.refusals.length} refused`).join('; ')}`);
}

/** A workstation loses its power while it commits to a lake on its own ext4 disk, with its profile there too. */
export async function cutOwnDisk(network: Network, station: Workstation, times: number): Promise<void> {
  const { box, programs } = network;
  const image = `${box.work}/drive-${station.name}.img`;
  box.run('truncate', '-s', '256M', image);
  box.run('mkfs.ext4', '-q', '-F', image);
  const at = '/mnt/own';
  const prepare = async (): Promise<void> => void (await station.run(`mkdir -p ${at} && mount -t ext4 /run/drive ${at}`));
  const command = (what: string, ...more: readonly (string | number)[]): string => station.node(programs.work, what, `${at}/lake`, `${at}/desk`, ...more.map(String));
  await station.cut();
  await station.boot(image);
  await prepare();
  await station.run(command('make'));
  const pressing = new Pressing(box.work, `own-${station.name}`, (what, ...more) => station.start(command(what, ...more)));
  await cutAgainAndAgain(station, pressing, times, image, prepare, numbersFrom(Date.now()));
  await pressing.end();
  expect(pressing.refusals).toEqual([]);
  expectNoneHalf([pressing], await station.start(command('list')).ended);
  expect(await station.run(command('verify'))).toMatch(/"findings":\[\]/);
  console.info(`${times} power cuts of ${station.name} with an ext4 disk: ${pressing.count('committed')} versions acknowledged`);
}
