import { describe, it } from 'vitest';
import { cutOwnDisk, cutWhileSharing } from '../builders/net/cuts.ts';
import { SharedLake } from '../builders/net/two-stations.ts';
import { usedNetwork } from '../builders/net/used-network.ts';

const network = usedNetwork();

describe('a workstation that loses its power in the middle of commits', () => {
  it.each(['smb', 'nfs'] as const)('fifteen times, on a lake over %s that another one writes to: nothing is lost and nothing is half done', async (kind) => {
    const lake = await SharedLake.make(network(), kind, 'cuts');
    await lake.enrolSecond();
    await cutWhileSharing(lake, 15);
  });

  it('a hundred times, on a lake on its own ext4 disk: the same', async () => {
    const { first, second } = network();
    await Promise.all([first, second].map((station) => cutOwnDisk(network(), station, 50)));
  });
});
