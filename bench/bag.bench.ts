import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, hms, ratioRow, timed } from './harness.ts';
import type { Bench } from './harness.ts';
import { largeFile, smallFiles } from './inputs.ts';

/** `hms dta verify` of a bag made by sha256sum, as a folder and as a tar, beside sha256sum over the same files. */
export const bag: Bench = {
  name: 'bag',
  async run(folder, rounds) {
    const root = join(folder, 'bag');
    mkdirSync(join(root, 'data'), { recursive: true });
    largeFile(join(root, 'data', 'large.bin'), 2 * 2 ** 30);
    smallFiles(join(root, 'data', 'small'), 20_000, 8 * 1024);
    const make = [
      'cd "$0"',
      'printf "BagIt-Version: 1.0\\nTag-File-Character-Encoding: UTF-8\\n" > bagit.txt',
      'find data -type f -print0 | sort -z | xargs -0 sha256sum > manifest-sha256.txt',
      'tar -cf ../bag.tar -C .. bag',
    ];
    await timed(['sh', '-ec', make.join('\n'), root]);
    const peer = ['sh', '-c', 'cd "$0" && sha256sum --check --quiet manifest-sha256.txt', root];
    const environment = { HMS_PROFILE: join(folder, 'profile') };
    const unpacked = await alternate(rounds, () => timed([...hms, 'verify', root], environment), () => timed(peer));
    const packed = await alternate(rounds, () => timed([...hms, 'verify', `${root}.tar`], environment), () => timed(peer));
    return [
      ratioRow('verify a bag of 2 GB + 20,000 files', '`sha256sum -c` of its files', 1.3, unpacked),
      ratioRow('verify the same bag in a tar', '`sha256sum -c` of its files', 1.3, packed),
    ];
  },
};
