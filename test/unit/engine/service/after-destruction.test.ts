import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId, LogicalPath, Tag } from '../../../../src/contract/index.ts';
import { addTag } from '../../../../src/engine/datasets/index.ts';
import { draftsOf, put } from '../../../../src/engine/drafting.ts';
import { exportVersion } from '../../../../src/engine/export.ts';
import { openFile, versionOf } from '../../../../src/engine/files.ts';
import { revokeStation } from '../../../../src/engine/stations.ts';
import { destroyBody, rebuildCatalog } from '../../../../src/engine/upkeep.ts';
import { verify } from '../../../../src/verify/index.ts';
import { openOffice, quiet, textOf } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.remove());

const id = (text: string): DatasetId => text as DatasetId;
const errors = async (path: string) => (await verify(path, { workers: 0 })).findings.filter((finding) => finding.severity === 'error');

describe('a dataset whose first body was destroyed', () => {
  it('in raw/ stays there, can be read and goes on', async () => {
    await office.ingest('CASE', { 'a.txt': '1' }, { tags: ['phi'] });
    await office.write((lake) => destroyBody(lake, 2, 'Court order', 'expunged'));
    expect(await office.ingest('CASE', { 'a.txt': '2' })).toBe(2);
    await rebuildCatalog(office.options());
    await office.read(async (lake) => {
      expect(await textOf((await openFile(lake, versionOf(lake, 'CASE:v1'), 'a.txt' as LogicalPath)).stream)).toBe('1');
      expect(lake.index.rootOf(id('CASE'))).toBe('raw');
    });
    expect(await errors(office.lake)).toEqual([]);
  });

  it('in store/ does not become protected health information by a tag', async () => {
    await office.ingest('CASE', { 'a.txt': '1' });
    await office.write((lake) => destroyBody(lake, 2, 'Court order', 'expunged'));
    await office.write(async (lake) => {
      await expect(addTag(lake, { dataset: id('CASE'), version: 1 }, 'phi' as Tag)).rejects.toMatchObject({ code: 'TAG_REFUSED' });
    });
    await expect(office.ingest('CASE', { 'a.txt': '2' }, { tags: ['phi'] })).rejects.toMatchObject({ code: 'TAG_REFUSED' });
  });
});

describe('an act that is refused', () => {
  it('leaves none of its words in staging', async () => {
    await office.write(async (lake) => {
      await expect(revokeStation(lake, lake.signer.id.slice(0, 16), 'words of Jane Roe')).rejects.toMatchObject({ code: 'ACT_REFUSED' });
      expect(await readdir(lake.paths.staging)).toEqual([]);
    });
  });
});

describe('several programs that put into a dataset at once', () => {
  it('share one draft', async () => {
    const sources = await Promise.all(['a', 'b', 'c', 'd'].map((name) => office.sources({ [`${name}.txt`]: name })));
    await Promise.all(sources.map((path) => office.write((lake) => put(lake, id('WF'), [{ kind: 'path', path }], quiet))));
    await office.write(async (lake) => {
      expect(await draftsOf(lake)).toHaveLength(1);
    });
  });
});

describe('an export from a lake that may only be read', () => {
  it('is a whole package, and leaves no entry', async () => {
    await office.ingest('WF', { 'a.txt': '1' });
    const target = join(office.folder, 'package.zip');
    await office.read(async (lake) => {
      expect(lake.readOnly).toMatchObject({ code: 'NOT_ENROLLED' });
      const size = lake.catalog.view.size;
      await exportVersion(lake, versionOf(lake, 'WF'), target, quiet);
      await lake.refresh();
      expect(lake.catalog.view.size).toBe(size);
    }, 'auditor');
    const report = await verify(target, { workers: 0 });
    expect([report.clean, report.kind]).toEqual([true, 'package']);
  });
});
