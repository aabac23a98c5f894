import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, hms, ratioRow, timed } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { largeFile, smallFiles } from './inputs.ts';

/** `hms dta export` of a stored, signed zip beside zip, and `hms dta verify` of it beside sha256sum of its files: whole programs, from start to end. Ours is durable when it ends, zip's is not. */
export const exports: Bench = {
  name: 'export',
  async run(folder, rounds) {
    const large = join(folder, 'large.bin');
    largeFile(large, 2 * 2 ** 30);
    const small = join(folder, 'small');
    smallFiles(small, 20_000, 8 * 1024);
    const environment = { HMS_LAKE: join(folder, 'lake'), HMS_PROFILE: join(folder, 'profile') };
    await timed([...hms, 'init', environment.HMS_LAKE, '--zone', 'UTC'], environment);
    await timed([...hms, 'ingest', 'LARGE', large, '-m', 'bench'], environment);
    await timed([...hms, 'ingest', 'SMALL', small, '-m', 'bench'], environment);
    await timed(['sync']);
    const out = join(folder, 'out');
    mkdirSync(out);
    const rows: Row[] = [];
    for (const [id, work, against, most, peer] of [
      ['LARGE', 'export one 2 GB file, stored zip, signed', '`zip -0`', 1.3, ['zip', '-0', '-q', '-j']],
      ['SMALL', 'export 20,000 × 8 KB', '`zip -0 -r`', 3, ['zip', '-0', '-q', '-r']],
    ] as const) {
      const source = id === 'LARGE' ? large : small;
      // Once each before it counts: what was just written may lie partly in memory.
      await timed([...peer, join(out, `${id}-warm.zip`), source]);
      const sides = await alternate(
        rounds,
        (round) => timed([...hms, 'export', `${id}:v1`, '--to', 'zip', join(out, `${id}-${round}.zip`)], environment),
        (round) => timed([...peer, join(out, `${id}-peer-${round}.zip`), source]),
      );
      rows.push(ratioRow(work, against, most, sides));
    }
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    for (const [id, work] of [['SMALL', 'verify the package of 20,000 × 8 KB'], ['LARGE', 'verify the package of 2 GB']] as const) {
      const zip = join(out, `${id}-0.zip`);
      await timed(['unzip', '-q', zip, '-d', unpacked]);
      const peer = ['sh', '-c', 'find "$0" -type f -print0 | xargs -0 sha256sum > /dev/null', join(unpacked, `${id}-v1`)];
      await timed(peer);
      const sides = await alternate(rounds, () => timed([...hms, 'verify', zip], environment), () => timed(peer));
      rows.push(ratioRow(work, '`sha256sum` of its files', 1.3, sides));
    }
    return rows;
  },
};
