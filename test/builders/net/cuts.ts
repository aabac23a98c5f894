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

/** Pulls the plug of a workstation in the middle of a commit of each of these, starts it again, and lets them go on; so many times. */
async function cutAgainAndAgain(station: Workstation, pressing: readonly Pressing[], times: number, drive: string | undefined, prepare: () => Promise<void>, random: () => number): Promise<void> {
  for (let cut = 0; cut < times; cut++) {
    await pressing[cut % pressing.length]?.more('committing', 1);
    await sleep(random() * COMMIT_MS);
    await station.cut();
    await Promise.all(pressing.map((one) => one.wasCut()));
    await station.boot(drive);
    await prepare();
    for (const one of pressing) one.again();
  }
  await Promise.all(pressing.map((one) => one.more('committing', 2)));
}

/** The first workstation loses its power while it commits to each of the lakes, and the second goes on; nothing is half there. */
export async function cutWhileSharing(network: Network, lakes: readonly SharedLake[], times: number): Promise<void> {
  const { first, second } = network;
  const [cutOff, other] = [first, second].map((station) => lakes.map((lake) => lake.press(station))) as [Pressing[], Pressing[]];
  const before = other.map((one) => one.count('committed'));
  const mount = async (): Promise<void> => void (await Promise.all(lakes.map((lake) => first.mount(lake.kind))));
  await cutAgainAndAgain(first, cutOff, times, undefined, mount, numbersFrom(Date.now()));
  for (const [i, one] of other.entries()) expect(one.count('committed')).toBeGreaterThan((before[i] ?? 0) + times);
  await Promise.all([...cutOff, ...other].map((one) => one.end()));
  for (const lake of lakes) {
    expectNoneHalf(lake.pressed, await lake.does(second, 'list'));
    await lake.expectClean();
  }
  console.info(`${times} cuts of a workstation: ${[...cutOff, ...other].map((one) => `${one.name} ${one.count('committed')} versions, ${one.refusals.length} refused`).join('; ')}`);
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
  await cutAgainAndAgain(station, [pressing], times, image, prepare, numbersFrom(Date.now()));
  await pressing.end();
  expect(pressing.refusals).toEqual([]);
  expectNoneHalf([pressing], await station.start(command('list')).ended);
  expect(await station.run(command('verify'))).toMatch(/"findings":\[\]/);
  console.info(`${times} power cuts of ${station.name} with an ext4 disk: ${pressing.count('committed')} versions acknowledged`);
}
