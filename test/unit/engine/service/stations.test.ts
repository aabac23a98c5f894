import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { forkLake } from '../../../../src/engine/fork.ts';
import { versionOf } from '../../../../src/engine/files.ts';
import { enrollStation, enrollWithRecoveryKey, pendingRequests, requestEnrolment, revokeStation } from '../../../../src/engine/stations.ts';
import { acceptClockNow, rebuildCatalog } from '../../../../src/engine/upkeep.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
  await office.ingest('WF', { 'a.txt': '1' });
});
afterEach(() => office.remove());

async function askAs(station: string): Promise<{ id16: string; fingerprint: string }> {
  return office.read((lake) => requestEnrolment(lake), station);
}

describe('a second station', () => {
  it('reads and cannot write until it is enrolled', async () => {
    await expect(office.ingest('WF', { 'b.txt': '2' }, { station: 'second' })).rejects.toMatchObject({ code: 'NOT_ENROLLED' });
    await office.read((lake) => expect(versionOf(lake, 'WF').version).toBe(1), 'second');
    const asked = await askAs('second');
    await office.write(async (lake) => {
      const requests = await pendingRequests(lake);
      expect(requests.map((request) => [request.id.slice(0, 16), request.fingerprint])).toEqual([[asked.id16, asked.fingerprint]]);
      await enrollStation(lake, asked.id16, asked.fingerprint);
      expect(await pendingRequests(lake)).toEqual([]);
    });
    expect(await office.ingest('WF', { 'b.txt': '2' }, { station: 'second' })).toBe(2);
    expect((await readdir(join(office.lake, 'keys'))).includes(`${asked.id16}.cert.pem`)).toBe(true);
  });

  it('is not enrolled under another fingerprint than its own', async () => {
    const { id16 } = await askAs('second');
    await office.write(async (lake) => {
      await expect(enrollStation(lake, id16, 'ab'.repeat(32))).rejects.toMatchObject({ code: 'KEY_REFUSED' });
      await expect(enrollStation(lake, '0123456789abcdef', null)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
      await expect(enrollStation(lake, '../../lake', null)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    });
  });

  it('can no longer write once it is revoked, and the last station cannot be', async () => {
    const { id16 } = await askAs('second');
    await office.write((lake) => enrollStation(lake, id16, null));
    await office.write((lake) => revokeStation(lake, id16, 'laptop stolen'));
    await expect(office.ingest('WF', { 'b.txt': '2' }, { station: 'second' })).rejects.toMatchObject({ code: 'NOT_ENROLLED' });
    await office.write(async (lake) => {
      await expect(revokeStation(lake, lake.signer.id.slice(0, 16), 'by mistake')).rejects.toMatchObject({ code: 'ACT_REFUSED' });
    });
  });

  it('is enrolled with the recovery key where no other station is left', async () => {
    await rm(join(office.folder, 'profile-first', 'keys'), { recursive: true });
    const { id16, fingerprint } = await askAs('second');
    await enrollWithRecoveryKey(office.options('second'), office.recoveryKey, id16, fingerprint);
    expect(await office.ingest('WF', { 'b.txt': '2' }, { station: 'second' })).toBe(2);
  });

  it('leaves no certificate that is not one', async () => {
    await writeFile(join(office.lake, 'keys', 'requests', '00112233aabbccdd.cert.pem'), 'not a certificate');
    await office.write(async (lake) => {
      expect(await pendingRequests(lake)).toEqual([]);
      await expect(enrollStation(lake, '00112233aabbccdd', null)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    });
  });
});

describe('copies of a lake', () => {
  it('that are older than what this station saw open read-only, and a fork goes on there', async () => {
    const copy = await office.copyLake('backup');
    await office.ingest('WF', { 'b.txt': '2' });
    const there = { ...office.options(), folder: copy };
    await office.read((lake) => expect(lake.readOnly).toMatchObject({ code: 'LAKE_OLDER_THAN_SEEN', facts: { size: 3, seen: 4 } }), 'first', { folder: copy });
    const fork = await forkLake(there, 'the first place burnt down');
    expect(fork.size).toBe(3);
    const before = JSON.parse(await readFile(join(copy, 'origins', fork.from, 'lake.json'), 'utf8')) as { id: string };
    expect(before.id).toBe(fork.from);
    await office.write(
      async (lake) => {
        expect(lake.lake.id).toBe(fork.id);
        expect(versionOf(lake, 'WF').version).toBe(1);
        expect(lake.catalog.position()).toMatchObject({ size: 1, total: 4 });
      },
      'first',
      { folder: copy },
    );
    const fingerprint = await office.read((lake) => lake.catalog.fingerprint(), 'first', { folder: copy });
    await rebuildCatalog(there);
    expect(await office.read((lake) => lake.catalog.fingerprint(), 'first', { folder: copy })).toBe(fingerprint);
    office = Object.assign(office, { lake: copy });
    expect(await office.ingest('WF', { 'c.txt': '3' })).toBe(2);
    expect(await office.ingest('NEW', { 'c.txt': '3' })).toBe(1);
  });

  it('that went on by themselves open read-only as a fork', async () => {
    const { id16 } = await askAs('second');
    await office.write((lake) => enrollStation(lake, id16, null));
    const copy = await office.copyLake('copy');
    await office.ingest('WF', { 'b.txt': 'here' });
    const here = office.lake;
    Object.assign(office, { lake: copy });
    await office.ingest('WF', { 'b.txt': 'there' }, { station: 'second' });
    await expect(office.ingest('WF', { 'c.txt': 'x' }, { station: 'first' })).rejects.toMatchObject({ code: 'LAKE_FORKED' });
    Object.assign(office, { lake: here });
    expect(await office.ingest('WF', { 'c.txt': 'x' })).toBe(3);
  });
});

describe('a clock that is wrong', () => {
  it('stops writing until someone accepts the difference', async () => {
    const slow = { ...systemClock, now: () => systemClock.now() - 3_600_000 };
    await expect(office.write((lake) => lake.ledger.act(lake.signer, { op: 'dataset.created', subject: 'dataset:NEW', head: { root: 'store', tags: [] } }), 'first', { clock: slow })).rejects.toMatchObject({
      code: 'CLOCK_WRONG',
    });
    await office.write((lake) => acceptClockNow(lake, 'the battery is dead'), 'first', { clock: slow });
    await office.write((lake) => lake.ledger.act(lake.signer, { op: 'dataset.created', subject: 'dataset:NEW', head: { root: 'store', tags: [] } }), 'first', { clock: slow });
    await office.read((lake) => {
      const instants = lake.catalog.log({}, 20).entries.map((entry) => entry.at as string);
      expect(instants).toEqual([...instants].sort().reverse());
      expect(lake.catalog.view.dataset('NEW' as never)).not.toBeNull();
    });
  });
});
