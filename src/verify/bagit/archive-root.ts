import type { FindingSink } from '../findings.ts';
import type { BagitCode } from './codes.ts';

/** The folder of the bag in an archive: `mybag/`, or '' where its files stand at the top. */
export function bagFolderIn(names: Iterable<string>): string {
  let best = { folder: '', score: 0 };
  const tops = new Set<string>();
  for (const name of names) {
    const slash = name.indexOf('/');
    const top = slash < 0 ? '' : name.slice(0, slash + 1);
    if (top !== '' && !/^__MACOSX\/$/i.test(top)) tops.add(top);
    for (const folder of ['', top]) {
      const score = scoreOf(name.slice(folder.length));
      if (score > best.score) best = { folder, score };
    }
  }
  // Nothing of a bag is left: what is in the only folder is judged.
  const [only = ''] = tops;
  return best.score === 0 && tops.size === 1 ? only : best.folder;
}

function scoreOf(name: string): number {
  if (name === 'bagit.txt') return 3;
  if (/^(?:tag)?manifest-[^/]+\.txt$/i.test(name)) return 2;
  return name.startsWith('data/') ? 1 : 0;
}

/** Files beside the folder of the bag, and a bag without a folder: neither is how bags are packed. */
export function reportFolder(folder: string, outside: readonly string[], findings: FindingSink<BagitCode>): void {
  if (folder === '') findings.add('BAGIT_ARCHIVE_LOOSE', '', 'The files of the bag stand at the top of the archive, without a folder of their own.');
  for (const path of outside) findings.add('BAGIT_ARCHIVE_LOOSE', path, 'This stands beside the folder of the bag and was not checked.');
}
