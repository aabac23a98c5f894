import { join } from 'node:path';
import { alternate, hms, ratioRow, timed } from './harness.ts';
import type { Bench } from './harness.ts';
import { largeFile, smallFiles } from './inputs.ts';

/** `hms dta verify` of a whole lake beside openssl over the same stored files in two processes. */
export const verify: Bench = {
  name: 'verify',
  async run(folder, rounds) {
    largeFile(join(folder, 'large.bin'), 2 * 2 ** 30);
    smallFiles(join(folder, 'small'), 20_000, 8 * 1024);
    const lake = join(folder, 'lake');
    const environment = { HMS_LAKE: lake, HMS_PROFILE: join(folder, 'profile') };
    await timed([...hms, 'init', lake, '--zone', 'UTC'], environment);
    await timed([...hms, 'ingest', 'LARGE', join(folder, 'large.bin'), '-m', 'bench'], environment);
    await timed([...hms, 'ingest', 'SMALL', join(folder, 'small'), '-m', 'bench'], environment);
    const peer = 'find "$0/store" -path "*/content/*" -type f -print0 | sort -z | xargs -0 -n 2000 -P 2 openssl dgst -sha256 > /dev/null';
    // Once each before it counts: what was just written may lie partly in memory.
    await timed(['sh', '-c', peer, lake]);
    const sides = await alternate(rounds, () => timed([...hms, 'verify', lake], environment), () => timed(['sh', '-c', peer, lake]));
    return [ratioRow('verify a lake of 2 GB + 20,000 files', '`openssl dgst` over the same, 2 processes', 1.15, sides)];
  },
};
