import { sha256Hex } from '../crypto.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';

/** SHA-256 of every text that README.txt was ever written with, the newest last. Only ever added to: docs/formats/lake.md section 2.2. */
export const README_TEXTS: readonly string[] = ['d09d82ec385bd065c75f32afa906d525855968a418f2a1dea24278755ef8eefa'];

/** No entry names README.txt, and people believe what it says about the lake: so it must be a text of this program. */
export function checkReadme(check: LakeCheck): void {
  const read = readWhole(`${check.root}/README.txt`, 1_000_000);
  if ('why' in read) {
    check.findings.add('README_DIFFERS', 'README.txt', read.why === 'missing' ? 'README.txt is missing.' : `README.txt cannot be read: ${read.detail}.`);
  } else if (!README_TEXTS.includes(sha256Hex(read.bytes))) {
    check.findings.add('README_DIFFERS', 'README.txt', 'README.txt does not have the words that this program writes into it. Do not go by what it says.');
  }
}
