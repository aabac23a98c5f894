import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { cutOwnDisk, cutWhileSharing } from '../builders/net/cuts.ts';
import { expectNoneHalf } from '../builders/net/pressing.ts';
import { SharedLake } from '../builders/net/two-stations.ts';
import { usedNetwork } from '../builders/net/used-network.ts';

/** A file server that ends or stands still, and workstations that lose their power, in the middle of commits; in larger numbers in test/soak/outages.test.ts. */

const AWAY_MS = 20_000;
/** Each takes a quarter of a minute. */
const CUTS = { smb: 2, nfs: 1 };

const network = usedNetwork();

describe.each(['smb', 'nfs'] as const)('two workstations that commit to one lake over %s', (kind) => {
  // One lake for both: to make it and to let the second workstation in takes as long as the rest.
  let made: Promise<SharedLake> | null = null;
  let isServed = true;
  const lakeOfBoth = (): Promise<SharedLake> => {
    made ??= SharedLake.make(network(), kind, 'outages').then(async (lake) => {
      await lake.enrolSecond();
      return lake;
    });
    return made;
  };
  // A test that failed leaves its programs at work, and a server that stands still.
  afterEach(async () => {
    const lake = await made?.catch(() => null);
    if (lake === null || lake === undefined) return;
    const open = network();
    open.running[kind]?.signal('SIGCONT');
    if (!isServed) await open.serve(kind);
    isServed = true;
    await lake.endAll();
  }, 240_000);

  it('go on when the server was killed for 20 s, and when it stood still for 20 s; each attempt succeeds, or says that the share did not answer and what is kept', async () => {
    const open = network();
    const lake = await lakeOfBoth();
    const both = lake.stations.map((station) => lake.press(station));
    const middleOfCommit = async (): Promise<void> => {
      await Promise.all(both.map((one) => one.more('committed', 1)));
      await both[0]?.more('committing', 1);
    };
    await middleOfCommit();
    isServed = false;
    await open.running[kind]?.kill();
    await sleep(AWAY_MS);
    await open.serve(kind);
    isServed = true;
    await lake.comeBack(both);
    await middleOfCommit();
    open.running[kind]?.signal('SIGSTOP');
    await sleep(AWAY_MS);
    open.running[kind]?.signal('SIGCONT');
    await lake.comeBack(both);
    await Promise.all(both.map((one) => one.end()));
    expectNoneHalf(lake.pressed, await lake.does(open.first, 'list'));
    const told = both.flatMap((one) => one.refusals).map(({ message = '', kept }) => `${message} ${kept ?? ''}`);
    console.info(told.join('\n'));
    for (const text of told) expect(text).toMatch(/ failed: the (share did not answer for \d+ s|disk or share did not answer as it should) \(E[A-Z]+\)\. \S/);
  });

  it('lose nothing and leave nothing half done when one of them loses its power, and the other goes on; the checker finds nothing after all that', async () => {
    await cutWhileSharing(await lakeOfBoth(), CUTS[kind]);
  });
});

describe('a lake on the ext4 disk of a workstation', () => {
  it('is whole after five power cuts in the middle of commits', async () => {
    const { first, second } = network();
    await Promise.all([cutOwnDisk(network(), first, 3), cutOwnDisk(network(), second, 2)]);
  });
});
