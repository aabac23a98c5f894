import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftFromFile } from '../../../../src/engine/contract-files.ts';
import { publishContract } from '../../../../src/engine/contracting.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { initLake } from '../../../../src/engine/init.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import { toldBy } from '../asking/hall.ts';
import { signal } from '../tables/warehouse.ts';
import { put, work } from './intake.ts';

/** Two files of federal data as they were published, under the contracts of examples/: strikes of wildlife by aircraft (FAA), and hourly normals of the weather (NOAA). */

const data = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
const birds = join(data, 'birdstrikes.csv');
const normals = join(data, 'seattle-weather-hourly-normals.csv');
const isThere = existsSync(birds) && existsSync(normals);

const base = mkdtempSync(join(tmpdir(), 'hms-real-'));
const processes = new QueryProcesses({ reserve: true });
let lake: WritableLake;
beforeAll(async () => {
  lake = (await initLake({ folder: join(base, 'lake'), profile: join(base, 'profile'), zone: 'America/New_York' })).lake;
}, 60_000);
afterAll(async () => {
  await lake.close();
  await processes.close();
  rmSync(base, { recursive: true, force: true });
});

const publish = (name: string): Promise<unknown> => publishContract(lake, readFileSync(`examples/contracts/${name}.odcs.yaml`), { major: false, signal, processes });
const cube = async (name: string): Promise<number> => {
  await defineCube(lake, readFileSync(`examples/cubes/${name}.yaml`), { signal, processes });
  return (await refreshCube(lake, name, { signal, processes })).rows;
};
const rows = async (sql: string): Promise<readonly (readonly unknown[])[]> => (await toldBy(lake, sql, { processes })).rows;
const draft = async (file: string): Promise<string> => (await draftFromFile(null, file, { signal, onProgress: () => undefined })).text;

describe('real files', { timeout: 300_000 }, () => {
  it('10,000 strikes of wildlife become rows, all of them, and a cube of their costs', async (ctx) => {
    ctx.skip(!isThere, 'the data beside the checkout, ../shared/data, is not there');
    await publish('bird_strikes');
    await put(lake, { 'birdstrikes.csv': readFileSync(birds) });
    expect(await work(lake, { processes })).toMatchObject({ drops: 1, rows: 10_000, quarantined: 0, held: [] });
    expect(await cube('bird_strike_costs')).toBe(984);
    expect(await rows('SELECT year::INTEGER, origin_state, strikes::INTEGER, cost::INTEGER FROM bird_strike_costs ORDER BY cost DESC LIMIT 2')).toEqual([[1998, 'Texas', 5, 7_043_545], [1995, 'New York', 7, 3_811_881]]);
    expect(await rows('SELECT SUM(strikes)::INTEGER, SUM(cost)::INTEGER FROM bird_strike_costs')).toEqual([[10_000, 40_545_276]]);
  });

  it('8,759 hours of normals become rows at their instants, and a cube by month and hour', async (ctx) => {
    ctx.skip(!isThere, 'the data beside the checkout, ../shared/data, is not there');
    await publish('hourly_normals');
    await put(lake, { 'seattle-weather-hourly-normals.csv': readFileSync(normals) });
    expect(await work(lake, { processes })).toMatchObject({ drops: 1, rows: 8_759, quarantined: 0, held: [] });
    // Standard time all year: 8 hours behind UTC, also in summer.
    expect(await rows('SELECT epoch(min(measured_at))::BIGINT::INTEGER, epoch(max(measured_at))::BIGINT::INTEGER FROM hourly_normals')).toEqual([[Date.UTC(2010, 0, 1, 9) / 1000, Date.UTC(2011, 0, 1, 7) / 1000]]);
    expect(await cube('hourly_normals_by_month')).toBe(288);
    expect(await rows('SELECT hours::INTEGER, temperature::DOUBLE FROM hourly_normals_by_month WHERE month = 7 AND hour = 16')).toEqual([[31, 23.26]]);
  });

  it('a draft of them has their types and finds nothing personal in them', async (ctx) => {
    ctx.skip(!isThere, 'the data beside the checkout, ../shared/data, is not there');
    const bird = await draft(birds);
    expect([...bird.matchAll(/^ {8}logicalType: (\w+)$/gm)].map(([, type]) => type)).toEqual(['string', 'string', 'string', 'date', 'string', 'string', 'string', 'string', 'string', 'string', 'integer', 'integer', 'integer', 'integer']);
    expect(bird).toContain('# File: birdstrikes.csv, 10,000 rows, 14 columns.\n');
    expect(bird).not.toContain('pii');
    const hours = await draft(normals);
    expect([...hours.matchAll(/^ {8}logicalType: (\w+)$/gm)].map(([, type]) => type)).toEqual(['timestamp', 'number', 'number', 'number']);
    expect(hours).toContain('# May be keys, because no value stands there twice: date.');
    expect(hours).toContain('# No value says an offset, so they are taken for UTC. Where they are local times, write behind the format: defaultTimezone: America/New_York\n');
    expect(hours).toContain('write: partitioned: true\n');
  });

  it('a draft of a document that is one object says where its records are', async (ctx) => {
    ctx.skip(!isThere, 'the data beside the checkout, ../shared/data, is not there');
    const quakes = await draft(join(data, 'earthquakes.json'));
    expect(quakes).toContain('# File: earthquakes.json, 1 row, 4 columns.\n');
    expect(quakes).toContain("#   jq -c '.features[]' earthquakes.json > earthquakes.ndjson\n");
  });
});
