import { describe, expect, it } from 'vitest';
import { acknowledged } from '../builders/net/acknowledged.ts';
import { SharedLake } from '../builders/net/two-stations.ts';
import { usedNetwork } from '../builders/net/used-network.ts';

/** Two workstations and one share, small enough for every run; the full size is in test/soak/two-stations.test.ts. */

const network = usedNetwork();

describe.each(['smb', 'nfs'] as const)('two workstations on one lake over %s', (kind) => {
  it('lose nothing, double nothing and leave no gap, edit drafts at the same time, and both find the lake good', async () => {
    const lake = await SharedLake.make(network(), kind);
    await lake.enrolSecond();
    const { ran } = await lake.atOnce('append', 1, 8);
    const told = ran.flatMap((one) => acknowledged<{ seq: number; txn: string }>(one));
    expect(told).toHaveLength(2 * 8);
    await lake.expectActs('tag.added', told);
    const committing = await lake.atOnce('commit', 1, 3);
    const versions = committing.ran.flatMap((one) => acknowledged<{ version: number; seq: number; path: string }>(one));
    expect(versions).toHaveLength(2 * 3);
    await lake.expectVersions('BOTH', versions);

    // Drafts of both on one dataset, each filled by two processes: each has the files of its own workstation, and both are kept.
    await lake.atOnce('edit', 2, 3);
    const filesOf = (station: string): string[] => [0, 1].flatMap((process) => [`${station}${process}/2.txt`, `${station}${process}/renamed.txt`]);
    for (const [i, station] of lake.stations.entries()) expect(acknowledged(await lake.does(station, 'keep'))).toEqual([{ version: i + 1 }]);
    expect(await lake.filesOf('EDITED', 1)).toEqual(filesOf('a'));
    expect(await lake.filesOf('EDITED', 2)).toEqual([...filesOf('a'), ...filesOf('b')]);
    await lake.expectClean();
  });
});
