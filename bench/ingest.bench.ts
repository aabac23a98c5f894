import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, hms, ratioRow, timed } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { largeFile, smallFiles } from './inputs.ts';

/** `hms dta ingest`, from the start of the program to the durable version, beside the tools that a person would use. Each round has folders of its own. */
export const ingest: Bench = {
  name: 'ingest',
  async run(folder, rounds) {
    const large = join(folder, 'large.bin');
    largeFile(large, 2 * 2 ** 30);
    const small = join(folder, 'small');
    smallFiles(small, 20_000, 8 * 1024);
    const environment = { HMS_LAKE: join(folder, 'lake'), HMS_PROFILE: join(folder, 'profile') };
    await timed([...hms, 'init', environment.HMS_LAKE, '--zone', 'UTC'], environment);
    await timed(['sync']);
    return [
      await compare('ingest one 2 GB file, durable', '`cp` + `openssl dgst -sha256` + `sync`', 1.15, folder, large, rounds, environment, 'cp "$0" "$1/copy" && openssl dgst -sha256 "$0" > "$1/sum" && sync'),
      await compare('ingest 20,000 × 8 KB, durable', '`cp -r` + `sha256sum` of all + `sync`', 1.5, folder, small, rounds, environment, 'cp -r "$0" "$1/copy" && find "$0" -type f -print0 | xargs -0 sha256sum > "$1/sum" && sync'),
    ];
  },
};

async function compare(work: string, against: string, most: number, folder: string, source: string, rounds: number, environment: Record<string, string>, script: string): Promise<Row> {
  const name = most < 1.2 ? 'LARGE' : 'SMALL';
  const sides = await alternate(
    rounds,
    (round) => timed([...hms, 'ingest', `${name}-${round}`, source, '-m', 'bench'], environment),
    (round) => {
      const target = join(folder, `peer-${name}-${round}`);
      mkdirSync(target);
      return timed(['sh', '-c', script, source, target]);
    },
  );
  return ratioRow(work, against, most, sides);
}
