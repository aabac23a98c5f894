import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { DoorBench } from '../../../builders/door.ts';
import { eventually } from '../../../builders/two-stations.ts';

/** A lake that is away when the program starts: its catalog is in the profile. */

describe('a lake that is away when the program starts', () => {
  let bench: DoorBench;
  let place: string;
  let elsewhere: string;
  let before: Awaited<ReturnType<typeof stateNow>>;
  let key: string;
  const stateNow = () => bench.ask(routes.getLake, {});
  beforeEach(async () => {
    bench = await DoorBench.withLake();
    [place, elsewhere] = [join(bench.folder, 'lakes', 'Records'), join(bench.folder, 'elsewhere')];
    await bench.ingest('WF-1', { 'a.txt': 'a', 'b.txt': 'b' });
    before = await stateNow();
    key = (await bench.ask(routes.listLakes, {})).lakes[0]?.key ?? '';
    await bench.door.close();
    await rename(place, elsewhere);
    await bench.again();
  });
  afterEach(() => bench.remove());

  it('is opened from its catalog and read, says how old that is, and writes nothing', async () => {
    const opened = await bench.ask(routes.openLake, { params: { key } });
    expect(opened).toMatchObject({ id: before.id, name: 'Records', folder: place, zone: before.zone, readOnly: null, totals: before.totals });
    expect(opened.ledger).toMatchObject({ size: before.ledger.size, root: before.ledger.root });
    expect(opened.away?.problem).toMatchObject({ code: 'PLACE_AWAY', facts: { system: 'ENOENT' } });
    // Until when it was read, and not now.
    expect(opened.ledger.checked >= before.ledger.checked).toBe(true);
    expect(opened.ledger.checked < (opened.away?.since ?? '')).toBe(true);
    expect((await bench.ask(routes.listFiles, { params: { ref: 'WF-1:v1' } })).items.map(({ path }) => path)).toEqual(['a.txt', 'b.txt']);
    expect((await bench.ask(routes.listDatasets, {})).items.map(({ id }) => id)).toEqual(['WF-1']);
    expect((await bench.ask(routes.listEntries, {})).items).toHaveLength(before.ledger.size);
    expect((await bench.raw('/dta/versions/WF-1%3Av1/file?path=a.txt')).status).toBe(503);
    expect(await bench.refused(routes.addAlias, { params: { id: 'WF-1' }, body: { alias: 'W' } })).toMatchObject({ code: 'PLACE_AWAY', status: 503, kept: 'Nothing was changed.' });
    expect((await bench.refused(routes.takePaths, { body: { dataset: 'WF-2', paths: [await bench.sources({ 'c.txt': 'c' })] } })).code).toBe('PLACE_AWAY');
  });

  it('is the lake itself as soon as it answers, with what was added meanwhile, and is written to', async () => {
    await bench.ask(routes.openLake, { params: { key } });
    await rename(elsewhere, place);
    const back = await eventually(stateNow, ({ away }) => away === null);
    expect(back.ledger.checked > before.ledger.checked).toBe(true);
    expect(await (await bench.raw('/dta/versions/WF-1%3Av1/file?path=a.txt')).text()).toBe('a');
    expect(await bench.ingest('WF-1', { 'c.txt': 'c' })).toBe('WF-1:v2');
  });

  it('that comes back older than it was is read-only, as any older copy', async () => {
    await bench.ask(routes.openLake, { params: { key } });
    const last = join(elsewhere, 'ledger', 'entries', 'x000', 'x000', String(before.ledger.size - 1).padStart(3, '0'));
    await rename(last, join(bench.folder, 'kept'));
    await rename(elsewhere, place);
    const back = await eventually(stateNow, ({ away }) => away === null);
    expect(back.readOnly?.code).toBe('LAKE_OLDER_THAN_SEEN');
  });

  it('is opened so where its folder is empty, as where a share is not mounted; without a catalog it is said to be away', async () => {
    await mkdir(place);
    expect((await bench.ask(routes.openLake, { params: { key } })).away?.problem.code).toBe('PLACE_AWAY');
    await bench.ask(routes.closeLake, {});
    await writeFile(join(place, 'other.txt'), 'somebody else works here');
    expect((await bench.refused(routes.openLake, { params: { key } })).code).toBe('NOT_A_LAKE');
    await rm(place, { recursive: true });
    await rm(join(bench.folder, 'profile', 'lakes'), { recursive: true });
    expect((await bench.refused(routes.openLake, { params: { key } })).code).toBe('PLACE_AWAY');
  });
});
