import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { cutOwnDisk, cutWhileSharing } from '../builders/net/cuts.ts';
import { whyNoNetwork } from '../builders/net/missing.ts';
import { expectNoneHalf } from '../builders/net/pressing.ts';
import { SharedLake } from '../builders/net/two-stations.ts';
import { usedNetwork } from '../builders/net/used-network.ts';

/** A file server that ends or stands still, and workstations that lose their power, in the middle of commits; in larger numbers in test/soak/outages.test.ts. */

const AWAY_MS = 20_000;

const network = usedNetwork();

describe('two workstations that commit to one lake over SMB, and to one over NFS', () => {
  let lakes: readonly SharedLake[] = [];
  beforeAll(async () => {
    if (whyNoNetwork() !== null) return;
    lakes = await Promise.all((['smb', 'nfs'] as const).map((kind) => SharedLake.make(network(), kind, 'outages')));
    for (const lake of lakes) await lake.enrolSecond();
  });

  /** Both commit; the server is taken away in the middle of it, and comes back; both go on by themselves. Answers what was said meanwhile. */
  async function withoutServer(lake: SharedLake, away: () => Promise<void> | void, back: () => Promise<void> | void): Promise<readonly string[]> {
    const both = lake.stations.map((station) => lake.press(station));
    await Promise.all(both.map((one) => one.more('committed', 1)));
    await both[0]?.more('committing', 1);
    await away();
    await sleep(AWAY_MS);
    await back();
    await Promise.all(both.map((one) => one.more('committed', 2)));
    await Promise.all(both.map((one) => one.end()));
    expectNoneHalf(lake.pressed, await lake.does(lake.network.first, 'list'));
    await lake.expectClean();
    return both.flatMap((one) => one.refusals).map(({ message = '', kept = '' }) => `${message} ${kept ?? ''}`);
  }

  it('go on when the server was killed for 20 s; each attempt succeeds, or says that the share did not answer and that the draft is kept', async () => {
    const { running } = network();
    const told = await Promise.all(lakes.map((lake) => withoutServer(lake, () => running[lake.kind]?.kill(), () => network().serve(lake.kind))));
    for (const text of told.flat()) expect(text).toMatch(/ failed: the (share did not answer for \d+ s|disk or share did not answer as it should) \(E[A-Z]+\)\. \S/);
    console.info(told.flat().join('\n'));
  });

  it('go on when the server stood still for 20 s', async () => {
    const { running } = network();
    const told = await Promise.all(lakes.map((lake) => withoutServer(lake, () => running[lake.kind]?.signal('SIGSTOP'), () => running[lake.kind]?.signal('SIGCONT'))));
    console.info(told.flat().join('\n'));
  });

  it('lose nothing and leave nothing half done when one of them loses its power five times, and the other goes on', () => cutWhileSharing(network(), lakes, 5));
});

describe('a lake on the ext4 disk of a workstation', () => {
  it('is whole after five power cuts in the middle of commits', async () => {
    const { first, second } = network();
    await Promise.all([cutOwnDisk(network(), first, 3), cutOwnDisk(network(), second, 2)]);
  });
});
