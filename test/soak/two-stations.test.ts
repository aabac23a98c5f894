import { describe, expect, it } from 'vitest';
import { acknowledged, longestAct } from '../builders/net/acknowledged.ts';
import { SharedLake } from '../builders/net/two-stations.ts';
import { usedNetwork } from '../builders/net/used-network.ts';

const network = usedNetwork();

describe.each(['smb', 'nfs'] as const)('two workstations on one lake over %s', (kind) => {
  it('with four processes each and 250 acts of each process lose nothing, double nothing and leave no gap', async () => {
    const lake = await SharedLake.make(network(), kind, 'appends');
    await lake.enrolSecond();
    const { ran, seconds } = await lake.atOnce('append', 4, 250);
    const told = ran.flatMap((one) => acknowledged<{ seq: number; txn: string }>(one));
    const longest = Math.max(...ran.map(longestAct));
    console.info(`2 workstations × 4 processes × 250 acts over ${kind}: ${seconds.toFixed(0)} s, the longest of them ${longest.toFixed(1)} s`);
    expect(told).toHaveLength(2_000);
    // Of eight writers without a pause one gets through last; that it is kept out is another thing (200 s, once).
    expect(longest).toBeLessThan(60);
    await lake.expectActs('tag.added', told);
    await lake.expectClean();
  });

  it('commit to one dataset fifty times each, and every version is there in order', async () => {
    const lake = await SharedLake.make(network(), kind, 'commits');
    await lake.enrolSecond();
    const { ran, seconds } = await lake.atOnce('commit', 1, 50);
    const told = ran.flatMap((one) => acknowledged<{ version: number; seq: number; path: string }>(one));
    console.info(`2 workstations × 50 versions of one dataset over ${kind}: ${seconds.toFixed(0)} s`);
    expect(told).toHaveLength(100);
    await lake.expectVersions('BOTH', told);
    await lake.expectClean();
  });
});
