import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Office } from '../../cli/office.ts';
import { contractText, rig } from './intake.ts';

/** The command line, killed in the middle of its work. */

const office = new Office();
beforeAll(async () => {
  await office.init();
  office.write('contract.yaml', contractText());
  expect(await office.does(['contract', 'publish', 'contract.yaml'])).toBe('car_sensor_tests:1.0.0');
});
afterAll(() => office.remove());

const DROPS = 16;

it('whoever kills raw normalize and gives it again has every row once, and a bad drop is explained', async () => {
  mkdirSync(join(office.folder, 'in'));
  for (let i = 0; i < DROPS; i++) writeFileSync(join(office.folder, 'in', `seatbelt_${i}.csv`), i === 7 ? 'car_model,airbag\nA,1\n' : rig(10, { from: i * 10 }));
  const put = await office.json(['raw', 'put', '--program', '12', ...Array.from({ length: DROPS }, (_, i) => `in/seatbelt_${i}.csv`)]);
  const drops = put.value['drops'] as { raw_id: number; status: string }[];
  expect(new Set(drops.map(({ status }) => status))).toEqual(new Set(['queued_for_etl']));
  for (const ms of [1_000, 1_600]) {
    const child = office.start(['raw', 'normalize']);
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill('SIGKILL');
    await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(null)));
  }
  const bad = String(drops[7]?.raw_id);
  await office.hms(['raw', 'normalize']);
  expect(await office.does(['raw', 'normalize', '--quiet'])).toBe('Nothing waits to be normalized.');
  const { out } = await office.hms(['query', 'SELECT count(*) AS n, count(DISTINCT ssn) AS people FROM car_sensor_tests', '--format', 'csv']);
  expect(out.trim().split('\n').at(-1)).toBe(`${(DROPS - 1) * 10},${(DROPS - 1) * 10}`);
  expect((await office.does(['raw', 'explain', bad])).split('\n').slice(1, 4)).toEqual(['', 'Surprise columns, which the contract does not know: "airbag"', '']);
  expect((await office.hms(['raw', 'retry', bad])).code).toBe(1);
  expect((await office.hms(['verify', office.lake])).code).toBe(0);
});

it('whoever sends a drop for a contract that is not there is told so, that the first sending counts, and how the drop gets another contract', async () => {
  writeFileSync(join(office.folder, 'odd.csv'), 'a,b\n1,2\n');
  const put = (contract: string) => office.hms(['raw', 'put', '--program', '12', '--contract', contract, 'odd.csv']);
  const first = await put('car_sensor_test');
  const raw = first.out.trim();
  expect(first).toMatchObject({ code: 0, err: `Raw drop ${raw} is kept, and is not for a table now: it was sent for the contract car_sensor_test, which is not published here (the nearest name is car_sensor_tests). If it is for another: hms dta raw retry ${raw} --contract NAME\n` });
  const again = await put('car_sensor_tests');
  expect([again.code, again.out.trim(), again.err.split('\n')]).toEqual([0, raw, [`"odd.csv" was there before, with the same bytes: it is raw drop ${raw}.`, `Raw drop ${raw} was sent for the contract car_sensor_test when it came first, and that counts. If it is for car_sensor_tests: hms dta raw retry ${raw} --contract car_sensor_tests`, '']]);
  expect(await office.does(['raw', 'explain', raw])).toBe(`Raw drop ${raw} ("odd.csv") is kept as it came, and nothing more is done with it: it was sent for the contract car_sensor_test, which is not published here (the nearest name is car_sensor_tests). Where a contract that takes it is published later, its rows come into that table. Where it is for one that is there: hms dta raw retry ${raw} --contract NAME`);
  expect((await office.hms(['raw', 'retry', raw, '--contract', 'car_sensor_tests'])).code).toBe(1);
  expect(await office.does(['raw', 'show', raw])).toMatch(/^Status: +quarantined$[^]*^Contract: +car_sensor_tests \(said later; sent for car_sensor_test\)$/m);
});

it('whoever withdraws a raw drop is told that it stays and what can be done; where its words were destroyed, that is why nothing takes it', async () => {
  office.write('sent-wrongly.csv', 'a,b\n3,4\n');
  const raw = (await office.hms(['raw', 'put', '--program', '12', 'sent-wrongly.csv'])).out.trim();
  expect(await office.hms(['withdraw', raw, '-m', 'Sent by mistake'])).toEqual({
    code: 3,
    out: '',
    err: `${raw} is a raw drop, and those are not withdrawn: it stays as what was sent.\nNothing was changed. None of its rows is in a table.\nWhere it was sent wrongly, have it sent again as it should be: that is a drop of its own. What the ledger says of it (name, sender, program) can be destroyed under an authority: hms dta body destroy ${raw}\n`,
  });
  expect(await office.does(['body', 'destroy', raw, '--authority', 'Court order 24-117', '-m', 'Names a person'])).toContain(`It said whose raw drop that was: no contract takes it any more, and it cannot be normalized again. Its bytes can still be read: hms dta raw cat ${raw}\n`);
  const why = 'what the ledger said of it was destroyed, its name with it, so no contract can take it any more';
  expect(await office.does(['raw', 'explain', raw])).toBe(`Raw drop ${raw} is kept as it came, and nothing more is done with it: ${why}.`);
  expect(await office.hms(['raw', 'retry', raw])).toEqual({ code: 2, out: '', err: `Raw drop ${raw} is kept and is not for a table: ${why}.\nNothing was changed.\n` });
  expect(await office.does(['raw', 'cat', raw])).toBe('a,b\n3,4');
  expect((await office.hms(['verify', office.lake])).code).toBe(0);
});
