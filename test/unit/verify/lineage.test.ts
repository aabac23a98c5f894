import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHere } from '../../builders/verify/check.ts';
import { HandLake } from '../../builders/verify/hand-lake.ts';
import type { CommitOptions } from '../../builders/verify/hand-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();

/** Two datasets, of which the second gets a version with these options; answers the findings. */
async function findings(optionsOf: (hash: string) => CommitOptions): Promise<string[]> {
  const lake = new HandLake(join(temp(), 'Lake'));
  lake.commit('A', { a: '1' });
  lake.commit('B', { b: '1' });
  lake.commit('B', { b: '2' }, optionsOf(lake.objects.get('A')?.hashes[0] ?? ''));
  lake.checkpoint();
  const report = await checkHere(lake.root);
  return report.findings.map(({ code, message }) => `${code} ${message}`);
}

const source = (sha256: string, ref = 'version:A:v1') => [{ ref, sha256 }];
const lineage = (...from: string[]) => ({ transform: 'csv_trim', lineage: { from } });

describe('where a version comes from', () => {
  it('is sound where inputs and words agree with the ledger', async () => {
    const words = { transform: 'csv_trim', lineage: { from: ['A:v1', 'B:v1'], parameters: { columns: ['a'] }, engine: 'x', counts: { rows: 1 } } };
    expect(await findings((hash) => ({ sources: source(hash), words }))).toEqual([]);
  });

  it.each<readonly [string, (hash: string) => CommitOptions, string]>([
    ['another hash', () => ({ sources: source('a'.repeat(64)), words: lineage('A:v1') }), 'It names A:v1 as an input with another inventory hash than that version has.'],
    ['a version that is not there', (hash) => ({ sources: source(hash, 'version:A:v2') }), 'It names A:v2 as an input, which the ledger does not have before it.'],
    ['itself', (hash) => ({ sources: source(hash, 'version:B:v2') }), 'It names B:v2 as an input, which the ledger does not have before it.'],
    ['a source that the entry does not name', () => ({ words: lineage('A:v1') }), 'Its body says that it was made from A:v1, which is not among its inputs.'],
    ['no version before', () => ({ forge: (entry) => ({ ...entry, inputs: [] }) }), 'It does not name B:v1, the version before, among its inputs.'],
  ])('is a finding with %s', async (_name, optionsOf, expected) => {
    const [found, ...others] = await findings(optionsOf);
    expect(others).toEqual([]);
    expect(found?.replace(/ Entry \d+: /, ' ')).toBe(`LINEAGE_WRONG ${expected}`);
  });
});
