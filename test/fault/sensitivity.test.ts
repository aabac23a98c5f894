import { expect, it } from 'vitest';
import { Mutant } from '../builders/fault/mutant.ts';
import type { Mistake } from '../builders/fault/mutant.ts';

/**
 * The schedules are only worth something if they find mistakes. Each of these is made in a copy of the program, and the schedules that run for every
 * change must find it: mistakes that a careful person could make, and that no test of a single writer shows.
 */

interface Found extends Mistake {
  readonly what: string;
  readonly where: 'local' | 'share';
}

const mistakes: readonly Found[] = [
  {
    what: 'a version is put in place before its entry is claimed',
    where: 'local',
    file: 'src/engine/lake/committer.ts',
    right: '    const claimed = await ledger.claimWith(\n',
    wrong:
      '    await placeVersion(paths, { dataset: draft.dataset, root, version: prepared.version, hash: prepared.hash, txn: draft.txn, seq: 0 }, durable);\n    const claimed = await ledger.claimWith(\n',
  },
  {
    what: 'the head is not read again after the root inventory was written',
    where: 'local',
    file: 'src/engine/lake/store.ts',
    right: '    if (now.version === version.version) return;\n',
    wrong: '    if (now.version > 0) return;\n',
  },
  {
    what: 'ENOTEMPTY of a rename is taken for success',
    where: 'local',
    file: 'src/engine/lake/durable.ts',
    right: '      await retry(() => disk.rename(from, to));\n      // Where others finished',
    wrong: "      await retry(() => disk.rename(from, to)).catch((error: unknown) => { if (codeOf(error) !== 'ENOTEMPTY') throw error; });\n      // Where others finished",
  },
  {
    what: 'an entry at the number is taken for the own one without comparing its txn',
    where: 'local',
    file: 'src/engine/lake/publish-claim.ts',
    right: "(await isOurs(context, after.bytes, txn, target, folder)) ? 'claimed' : 'lost'",
    wrong: "'claimed'",
  },
  {
    what: 'an error of a rename is taken to say that it did not happen',
    where: 'share',
    file: 'src/engine/lake/publish-claim.ts',
    right: "(await isOurs(context, after.bytes, txn, target, folder)) ? 'claimed' : 'lost'",
    wrong: "'lost'",
  },
  {
    what: 'a commit goes on although the dataset moved while it was prepared',
    where: 'local',
    file: 'src/engine/lake/committer.ts',
    right: "() => (index.view.dataset(draft.dataset)?.newest ?? 0) === (base?.version ?? 0)",
    wrong: '() => index !== undefined',
  },
  {
    what: 'recovery passes by the versions after the first',
    where: 'local',
    file: 'src/engine/lake/committer.ts',
    right: '  for (const version of unfinished) {\n',
    wrong: '  for (const version of unfinished.filter(({ version: number }) => number === 1)) {\n',
  },
];

it.each(mistakes.map((mistake) => [mistake.what, mistake] as const))('the schedules find it where %s', { timeout: 300_000 }, async (what, mistake) => {
  const mutant = new Mutant(mistake);
  try {
    const { passed, seed, output } = await mutant.run(`test/fault/schedules-${mistake.where}.test.ts`);
    console.info(`${what}: ${passed ? 'not found' : `found by schedule ${String(seed)}`}`);
    expect([passed, output]).toEqual([false, expect.stringContaining('HMS_SCHEDULE_SEED=')]);
  } finally {
    mutant.remove();
  }
});
