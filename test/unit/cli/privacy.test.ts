import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from './office.ts';

/** What must not stand in the part of the ledger that can never be destroyed. */
const SSN = '123-45-6789';
const PERSON = 'Maria Gonzalez';
const office = new Office();
beforeAll(() => office.init());
afterAll(() => office.remove());

function placesOf(pattern: string): string[] {
  return office
    .lakeFiles(pattern)
    .filter(({ bytes }) => [SSN, PERSON, 'Gonzalez', 'Oak Street', 'Order 24-117', 'phone.txt', 'sixty-two'].some((word) => bytes.includes(word)))
    .map(({ path }) => path.slice(office.lake.length + 1));
}

describe('after a whole tour with a person in its names and words', () => {
  let committed = 0;

  it('runs through every kind of act', async () => {
    office.write(`${SSN}.csv`, `name,ssn\n${PERSON},${SSN}\n`);
    office.write('phone.txt', 'x');
    await office.does(['ingest', 'CASE-1', `${SSN}.csv`, 'phone.txt', '-m', `Complaint of ${PERSON}`, '--tag', 'raw']);
    committed = (await office.json(['show', 'CASE-1:v1'])).value['version']['seq'] as number;
    await office.does(['mv', 'CASE-1', `${SSN}.csv`, `${PERSON}/${SSN}.csv`]);
    await office.does(['commit', 'CASE-1', '-m', `${PERSON} lives in Oak Street`, '--tag', 'sixty-two']);
    await office.does(['tag', 'CASE-1:v2', `of-${SSN}`]);
    await office.does(['tag', 'CASE-1:v2', `of-${SSN}`, '--remove']);
    await office.does(['describe', 'CASE-1', '--set', `subject=${PERSON}`]);
    await office.does(['alias', 'CASE-1', `case-${SSN}`]);
    await office.does(['create', 'CASE-2', '--tag', 'sixty-two']);
    await office.does(['export', 'CASE-1:v1', '--to', 'zip', `${SSN}.zip`]);
    await office.does(['withdraw', 'CASE-1:v2', '-m', `${PERSON} asked for it`]);
    await office.does(['clock', 'accept', '-m', `${PERSON} looked at it`]);
  });

  it('no entry and no tile holds any of it, and bodies do', () => {
    expect(placesOf('ledger/entries/**/entry.json')).toEqual([]);
    expect(placesOf('ledger/tile/**/*')).toEqual([]);
    expect(placesOf('ledger/checkpoint')).toEqual([]);
    expect(placesOf('ledger/entries/**/body.json').length).toBeGreaterThan(8);
  });

  it('nothing that was typed is left in staging', () => {
    expect(placesOf('staging/**/*')).toEqual([]);
  });

  it('destroying a body leaves chain, tree and proofs good, and the version readable', async () => {
    expect(await office.does(['body', 'destroy', String(committed), '--authority', 'Order 24-117', '-m', `Names ${PERSON}`])).toContain(`The body of entry ${committed} is destroyed under Order 24-117`);
    expect(placesOf(`ledger/entries/x000/x000/${String(committed).padStart(3, '0')}/*`)).toEqual([]);
    expect(placesOf('ledger/entries/**/entry.json')).toEqual([]);
    const [check, version, dataset, cat, zip] = await Promise.all([
      office.json(['verify', 'lake']),
      office.json(['show', 'CASE-1:v1']),
      office.does(['show', 'CASE-1']),
      office.does(['cat', 'CASE-1:v1', 'phone.txt']),
      office.hms(['verify', `${SSN}.zip`]),
    ]);
    expect([check.code, check.value['findings']]).toEqual([0, []]);
    expect(version).toMatchObject({ code: 0, value: { version: { message: null, files: 2, destroyed: { authority: 'Order 24-117', reason: `Names ${PERSON}` } } } });
    expect(dataset).toContain('(destroyed under Order 24-117)');
    expect([cat, zip.code]).toEqual(['x', 0]);
  });

  it('is refused a second time, and for an entry that there is not', async () => {
    const refused = await Promise.all([String(committed), '999', 'x'].map((seq) => office.json(['body', 'destroy', seq, '--authority', 'a', '-m', 'b'])));
    expect(refused.map(({ code, value }) => [code, value['error']['code']])).toEqual([[3, 'ACT_REFUSED'], [2, 'ENTRY_UNKNOWN'], [2, 'USAGE']]);
  });
});

describe('a version whose files are lost', () => {
  it('is given up by its number with a reason, so that the dataset goes on; one that is there is not', async () => {
    office.write('l.txt', '1');
    await office.does(['ingest', 'LOST', 'l.txt']);
    office.write('l.txt', '2');
    await office.does(['ingest', 'LOST', 'l.txt']);
    expect(await office.json(['void', 'LOST:v2', '-m', 'x'])).toMatchObject({ code: 3, value: { error: { code: 'ACT_REFUSED' } } });
    const [inventory] = office.lakeFiles('store/**/v2/inventory.json').filter(({ bytes }) => bytes.includes('"hms:LOST"'));
    rmSync((inventory?.path as string).replace(/[\\/]inventory\.json$/, ''), { recursive: true });
    expect((await office.hms(['verify', 'lake'])).code).toBe(1);
    expect(await office.does(['void', 'LOST:v2', '-m', 'Lost with the disk'])).toMatch(/^LOST:v2 is given up: it stands with the files of the version before, and entry \d+ records why\.$/);
    expect(await office.does(['cat', 'LOST:v2', 'l.txt'])).toBe('1');
    expect(await office.does(['ingest', 'LOST', 'l.txt'])).toBe('LOST:v3');
    expect((await office.hms(['verify', 'lake'])).code).toBe(0);
  });
});
