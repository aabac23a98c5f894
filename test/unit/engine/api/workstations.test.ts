import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../../src/contract/api/index.ts';
import { makeOfficer } from '../../../../src/engine/officers.ts';
import { DoorBench } from '../../../builders/door.ts';

let first: DoorBench;
let second: DoorBench;
let lake: string;
beforeAll(async () => {
  first = await DoorBench.withLake();
  await first.ingest('WF-1', { 'a.txt': 'a' });
  lake = join(first.folder, 'lakes', 'Records');
  second = await DoorBench.open();
});
afterAll(async () => {
  await second.remove();
  await first.remove();
});

describe('a second workstation', () => {
  it('opens a lake by its folder, reads it, and asks to be enrolled', async () => {
    const state = await second.ask(routes.openLakeAt, { body: { folder: lake } });
    expect(state.readOnly?.code).toBe('NOT_ENROLLED');
    expect((await second.ask(routes.getVersion, { params: { ref: 'WF-1' } })).files).toBe(1);
    expect((await second.refused(routes.takePaths, { body: { dataset: 'WF-1', paths: ['/tmp'] } })).code).toBe('NOT_ENROLLED');
    const { requests } = await first.ask(routes.listKeys, {});
    expect(requests.map(({ id16, fingerprint }) => ({ id16, fingerprint }))).toEqual([state.enrolment]);
  });

  it('is let in when its fingerprint is right, and writes then', async () => {
    const [asked] = (await first.ask(routes.listKeys, {})).requests;
    const id16 = asked?.id16 ?? '';
    expect((await first.refused(routes.enrollStation, { body: { id16, fingerprint: '0'.repeat(64) } })).code).toBe('KEY_REFUSED');
    await first.ask(routes.enrollStation, { body: { id16, fingerprint: asked?.fingerprint ?? '' } });
    await second.ask(routes.closeLake, {});
    expect((await second.ask(routes.openLakeAt, { body: { folder: lake } })).readOnly).toBeNull();
    expect(await second.ingest('WF-2', { 'b.txt': 'b' })).toBe('WF-2:v1');
    expect((await first.ask(routes.getDataset, { params: { id: 'WF-2' } })).newest?.ref).toBe('WF-2:v1');
  });

  it('sees drafts of the other and cannot change them', async () => {
    await first.take('WF-1', { 'c.txt': 'c' });
    expect((await second.ask(routes.listDrafts, {})).drafts.map(({ dataset, mine, added }) => [dataset, mine, added])).toEqual([['WF-1', false, 1]]);
    expect((await second.refused(routes.discardDraft, { params: { dataset: 'WF-1' } })).code).toBe('DRAFT_NONE');
  });

  it('is shut out when its key is revoked', async () => {
    const about = await second.ask(routes.about, {});
    await first.ask(routes.revokeStation, { params: { id16: about.station?.id.slice(0, 16) ?? '' }, body: { reason: 'stolen' } });
    const job = await second.refused(routes.addAlias, { params: { id: 'WF-1' }, body: { alias: 'X' } });
    expect(job.code).not.toBe('BUG');
    expect((await first.ask(routes.listKeys, {})).keys.filter(({ revoked }) => revoked)).toHaveLength(1);
  });
});

describe('what stands on this computer', () => {
  it('is no lake where there is none', async () => {
    expect((await first.refused(routes.openLakeAt, { body: { folder: first.folder } })).code).toBe('NOT_A_LAKE');
    expect((await first.ask(routes.getLake, {})).name).toBe('Records');
  });

  it('is imported: a package of another lake', async () => {
    const target = join(first.folder, 'p.zip');
    await first.made(await first.ask(routes.exportToPath, { body: { refs: ['WF-1:v1'], target } }), 'export');
    const imported = await first.made(await first.ask(routes.importPath, { body: { path: target, as: 'COPY' } }), 'import');
    expect(imported).toMatchObject({ dataset: 'COPY', versions: ['COPY:v1'], before: 0 });
  });

  it('has officers, who sign what is exported', async () => {
    const officer = await makeOfficer({ profile: join(first.folder, 'profile') }, 'Maria Ortega', null, 'correct horse battery');
    expect((await first.ask(routes.officers, {})).officers.map(({ name, enrolled }) => [name, enrolled])).toEqual([['Maria Ortega', false]]);
    const body = { refs: ['WF-1:v1'], name: 'signed' };
    expect((await first.refused(routes.exportToFetch, { body: { ...body, officer: { id: officer.id, passphrase: 'wrong wrong wrong' } } })).code).toBe('KEY_REFUSED');
    const { exported } = await first.made(await first.ask(routes.exportToFetch, { body: { ...body, officer: { id: officer.id, passphrase: 'correct horse battery' } } }), 'export');
    expect(exported.signedBy).toEqual({ kind: 'officer', name: 'Maria Ortega' });
  });
});
