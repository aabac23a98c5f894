import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctor, placeInWords } from '../../../../src/engine/doctor.ts';
import { lakeProfile } from '../../../../src/engine/open.ts';
import { admitWriter } from '../../../../src/engine/writing-mode.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.remove());

describe('the doctor', () => {
  it('finds a local disk fit for several writers, and leaves nothing behind', async () => {
    const folder = join(office.folder, 'anywhere');
    await mkdir(folder);
    const report = await doctor(folder, join(office.folder, 'profile-first'), 50);
    expect(report.checks.find((check) => check.name === 'exclusiveRename')).toMatchObject({ ok: true });
    expect(report.checks.filter((check) => check.ok === false)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps what it found about a lake in the profile, and leaves no trace in the lake', async () => {
    const before = await readdir(office.lake, { recursive: true });
    await doctor(office.lake, join(office.folder, 'profile-first'), 50);
    expect(await readdir(office.lake, { recursive: true })).toEqual(before);
    const kept = await readdir(join(office.folder, 'profile-first', 'lakes'), { recursive: true });
    expect(kept.some((name) => name.endsWith('probe.json'))).toBe(true);
  });
});

describe('the place of an open lake, in words', () => {
  it('is a disk, or a share on which two people can write, or one with no safe rename, or one that was not tried yet', async () => {
    await office.write(async (lake) => {
      expect(await placeInWords(lake)).toMatchObject({ several: true, words: expect.stringMatching(/^This is a local disk .* Two programs can write at the same time here\.$/) as string });
      const share = { ...lake, durable: { ...lake.durable, place: { kind: 'share', name: 'cifs' } as const } };
      const untried = await placeInWords(share);
      expect(untried).toEqual({ several: null, words: 'This is a network share (cifs). Whether two people can write at the same time here is tried when this workstation first writes.' });
      const place = lakeProfile(lake.profile, lake.lake, lake.paths.root).place;
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'probe.json'), '{"exclusiveRename":true}');
      expect((await placeInWords(share)).words).toBe('This is a network share (cifs). Two people can write at the same time here, from different workstations.');
      await writeFile(join(place, 'probe.json'), '{"exclusiveRename":false}');
      const stick = { ...lake, durable: { ...lake.durable, place: { kind: 'other', name: 'exfat' } as const } };
      expect(await placeInWords(stick)).toMatchObject({ several: false, words: expect.stringContaining('One writer at a time: this stick or disk has no safe rename') as string });
    });
  });
});

describe('a place that does not keep two writers apart', () => {
  it('is written by one process of one workstation at a time', async () => {
    await office.write(async (lake) => {
      const place = lakeProfile(lake.profile, lake.lake, lake.paths.root).place;
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'probe.json'), '{"exclusiveRename":false}');
      const unsafe = { ...lake, durable: { ...lake.durable, place: { kind: 'other', name: 'test' } as const } };
      const admission = await admitWriter(unsafe, place);
      await expect(admitWriter(unsafe, place)).rejects.toMatchObject({ code: 'PLACE_UNSAFE' });
      admission?.release();
      const stranger = { ...unsafe, station: { ...lake.signer, id: 'f'.repeat(64) as typeof lake.signer.id } };
      await expect(admitWriter(stranger, place)).rejects.toMatchObject({ code: 'PLACE_UNSAFE' });
      (await admitWriter(unsafe, place))?.release();
    });
  });
});
