import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from 'duckdb';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { maskerOf } from '../../../../src/engine/mask-values.ts';
import { newSecret } from '../../../../src/engine/masks/index.ts';
import { foundIn } from '../../../builders/lake/clear-values.ts';

/** What the masks make tells nothing of what they hide; and the search that says so would find it. */

const folder = mkdtempSync(join(tmpdir(), 'hms-clear-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

const ssns = Array.from({ length: 200 }, (_, i) => `${100 + i}-45-${String(6789 - i).padStart(4, '0')}`);
const secret = newSecret((size) => Uint8Array.from({ length: size }, (_, i) => i * 7));
const digest = (algorithm: string, value: string): Buffer => createHash(algorithm).update(value).digest();

async function parquet(name: string, values: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('CREATE TABLE t (n INTEGER, ssn VARCHAR)');
  for (const [i, value] of values.entries()) await connection.run('INSERT INTO t VALUES ($1, $2)', [i, value]);
  await connection.run(`COPY t TO '${join(folder, name)}' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
}

describe('what the masks make', () => {
  it.each([{ how: 'hash' }, { how: 'token' }, { how: 'redact', text: '[REDACTED]' }, { how: 'generalize', first: 3 }] as const)('has no masked value and no bare hash of one in any byte: $how', async (mask) => {
    const masked = ssns.map((value) => maskerOf(mask, secret)(value, { kind: 'string' }) ?? '');
    await parquet('masked.parquet', masked);
    writeFileSync(join(folder, 'masked.csv'), masked.join('\n'));
    expect(await foundIn(folder, ssns)).toEqual([]);
  });
});

describe('the search for clear values', () => {
  it('finds a value in the rows and the statistics of a compressed file', async () => {
    await parquet('clear.parquet', ['100-45-6789', ...Array.from({ length: 50 }, () => '555-55-5555')]);
    const forms = (await foundIn(folder, ['100-45-6789'])).map(({ form }) => form);
    expect(forms).toEqual(expect.arrayContaining(['rows: clear', 'statistics: clear']));
  });

  it('finds bare hashes, however they are written', async () => {
    const [ssn = ''] = ssns;
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ a: digest('sha256', ssn).toString('hex'), b: digest('md5', ssn).toString('base64') }));
    writeFileSync(join(folder, 'b.bin'), Buffer.concat([Buffer.from([1]), digest('sha256', ssn), digest('md5', ssn)]));
    writeFileSync(join(folder, 'c.txt'), Buffer.from(ssn, 'utf16le'));
    mkdirSync(join(folder, `ssn=${ssn}`));
    expect((await foundIn(folder, ssns)).map(({ file, value, form }) => `${file} ${form} ${value === ssn}`).sort()).toEqual([
      'a.json md5 base64 true',
      'a.json sha256 hex true',
      'b.bin md5 raw true',
      'b.bin sha256 raw true',
      'c.txt utf-16le true',
      `ssn=${ssn} name: clear true`,
    ]);
  });

  it('leaves out what it is told to', async () => {
    mkdirSync(join(folder, 'raw'));
    writeFileSync(join(folder, 'raw', 'x.csv'), ssns.join('\n'));
    expect(await foundIn(folder, ssns, ['raw'])).toEqual([]);
    expect(await foundIn(folder, ssns)).toHaveLength(200);
  });
});
