import { describe, expect, it } from 'vitest';
import { acknowledged } from '../builders/net/acknowledged.ts';
import { SharedLake } from '../builders/net/two-stations.ts';
import { usedNetwork } from '../builders/net/used-network.ts';
import { until } from '../builders/net/wait.ts';

/** Two workstations and one share, small enough for every run; the full size is in test/soak/two-stations.test.ts. */

/** Of both together, once both are at it. */
const VERSIONS = 24;

const network = usedNetwork();

describe.each(['smb', 'nfs'] as const)('two workstations on one lake over %s', (kind) => {
  it('lose nothing, double nothing and leave no gap, edit drafts at the same time, and both find the lake good', async () => {
    const lake = await SharedLake.make(network(), kind);
    await lake.enrolSecond();
    const { ran } = await lake.atOnce('append', 1, 8);
    const told = ran.flatMap((one) => acknowledged<{ seq: number; txn: string }>(one));
    expect(told).toHaveLength(2 * 8);
    await lake.expectActs('tag.added', told);

    // Both commit to one dataset without any pause: none is left behind by the other, and none waits long.
    const both = lake.stations.map((station) => lake.press(station));
    await Promise.all(both.map((one) => one.more('committed', 1)));
    // One of the programs starts seconds before the other, and commits all that while.
    const alone = both.map((one) => one.versions.length);
    const since = (): readonly number[] => both.map((one, i) => one.versions.length - (alone[i] ?? 0));
    const all = (): number => since().reduce((sum, count) => sum + count, 0);
    await until(`${VERSIONS} versions more`, () => all() >= VERSIONS, 240);
    await Promise.all(both.map((one) => one.end()));
    const versions = both.flatMap((one) => one.versions);
    console.info(both.map((one, i) => `${one.name}: ${alone[i]} and ${since()[i]} versions, the slowest in ${Math.max(...one.versions.map(({ seconds }) => seconds)).toFixed(1)} s`).join('; '));
    expect(both.flatMap((one) => one.refusals)).toEqual([]);
    for (const [i, one] of both.entries()) expect(since()[i], one.name).toBeGreaterThanOrEqual(all() / 4);
    for (const { seconds } of versions) expect(seconds).toBeLessThan(30);
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
