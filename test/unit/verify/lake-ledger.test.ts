import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHere, found } from '../../builders/verify/check.ts';
import { HandLake, seqFolder } from '../../builders/verify/hand-lake.ts';
import { at, entryPath, folderOf } from '../../builders/verify/places.ts';
import { sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();

describe('the ledger', () => {
  it('names the entry that does not follow, and says why', async () => {
    const lake = sampleLake(temp());
    const path = at(lake, entryPath(4));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"op":"alias.added"', '"op":"alias.edded"'));
    const report = await checkHere(lake.root);
    expect(report.findings.map(({ code, path: where, message }) => `${code} ${where} ${message}`)).toEqual([
      'LEDGER_REWRITTEN ledger/checkpoint The first 8 entries of the ledger do not give the root for which the checkpoint vouches.',
      `ENTRY_NO_EFFECT ${entryPath(4)} Entry 4 has no effect. The signature of the key ${lake.station.id.slice(0, 16)} on the entry is not good.`,
      `ENTRY_NO_EFFECT ${entryPath(5)} Entry 5 has no effect. The entry does not follow the one that stands before it.`,
      'TILE_ALTERED ledger/tile/0/000.p/8 A tile of the Merkle tree does not hold the hashes that follow from the entries.',
    ]);
  });

  it('refuses entries that do not fit, whoever signed them', async () => {
    const lake = sampleLake(temp());
    const other = new HandLake(join(temp(), 'Lake'));
    lake.entry('version.withdrawn', 'version:AIR.1:v7', { reason: 'x' });
    lake.entry('dataset.created', 'dataset:Wildfires', { root: 'store', tags: [] });
    lake.entry('tag.added', 'version:AIR.1:v1', { tag: 'raw' }, { station: other.station });
    lake.entry('tag.added', 'version:AIR.1:v1', { tag: 'raw' }, { forge: (entry) => ({ ...entry, lake: '0190f5e2-7a1b-4c3d-8e4f-000000000000' }) });
    lake.entry('future.op', 'lake', {});
    lake.entry('tag.removed', 'version:AIR.1:v1', { tag: 'nope' });
    lake.checkpoint();
    const report = await checkHere(lake.root);
    expect(report.findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'ENTRY_NO_EFFECT Entry 8 has no effect. There is no version AIR.1:v7 in this lake.',
      'ENTRY_NO_EFFECT Entry 9 has no effect. The name "Wildfires" is taken: it is an alias of the dataset WF-2024-07.',
      `ENTRY_NO_EFFECT Entry 10 has no effect. The key ${other.station.id.slice(0, 16)} that signed the entry is not enrolled in this lake.`,
      'ENTRY_NO_EFFECT Entry 11 has no effect. The entry is of another lake, 0190f5e2-7a1b-4c3d-8e4f-000000000000.',
      'ENTRY_NO_EFFECT Entry 13 has no effect. AIR.1:v1 does not have the tag "nope".',
      'ENTRY_NEWER Entry 12: The operation "future.op" was written by a newer version of this program. What it did could not be judged.',
    ]);
  });

  it('finds bodies that are missing, changed, or of another kind, and salts', async () => {
    const lake = sampleLake(temp());
    rmSync(at(lake, entryPath(1, 'body.json')));
    rmSync(at(lake, entryPath(2, 'body.salt')));
    writeFileSync(at(lake, entryPath(4, 'body.json')), readFileSync(at(lake, entryPath(4, 'body.json')), 'utf8').replace('wildfires', 'wildfirez'));
    writeFileSync(at(lake, entryPath(5, 'body.salt')), Buffer.alloc(33));
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual([
      `BODY_MISSING ledger/entries/${seqFolder(1)}`,
      `BODY_MISSING ledger/entries/${seqFolder(2)}`,
      `BODY_ALTERED ledger/entries/${seqFolder(4)}`,
      `BODY_ALTERED ledger/entries/${seqFolder(5)}`,
    ]);
    expect(report.findings[0]?.message).toBe('The body of entry 1 is incomplete: body.json is not there, and no entry says that it was destroyed.');
  });

  it('takes a body for lawfully destroyed where an entry says so, and notes files that are still there', async () => {
    const lake = sampleLake(temp());
    lake.entry('body.destroyed', 'entry:5', { authority: 'court order 7', reason: 'privacy' });
    lake.entry('body.destroyed', 'entry:4', { authority: 'court order 7', reason: 'privacy' });
    lake.checkpoint();
    for (const name of ['body.json', 'body.salt']) rmSync(at(lake, entryPath(5, name)));
    rmSync(at(lake, entryPath(4, 'body.json')));
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual([`BODY_NOT_REMOVED ledger/entries/${seqFolder(4)}`]);
    expect(report.findings[0]?.message).toBe('The body of entry 4 was to be destroyed, and body.salt is still there.');
  });

  it('finds a ledger that was cut at its end, in the middle, and a blocked one', async () => {
    const cut = sampleLake(temp());
    rmSync(at(cut, `ledger/entries/${seqFolder(7)}`), { recursive: true });
    const folder = folderOf(cut, 'WF-2024-07');
    expect(found(await checkHere(cut.root))).toEqual([
      'LEDGER_SHORTENED ledger/checkpoint',
      'TILE_ALTERED ledger/tile/0/000.p/8',
      `ROOT_INVENTORY_ALTERED ${folder}/inventory.json`,
      `SIDECAR_WRONG ${folder}/inventory.json.sha256`,
      'TILE_MISSING ledger/tile/0/000.p/7',
      `FOREIGN_VERSION ${folder}/v3`,
    ].sort((a, b) => rank(a) - rank(b) || (a.split(' ')[1] ?? '').localeCompare(b.split(' ')[1] ?? '', 'en')));
    const gap = sampleLake(temp());
    renameSync(at(gap, `ledger/entries/${seqFolder(6)}`), join(temp(), 'taken'));
    expect(found(await checkHere(gap.root))).toContain(`LEDGER_GAP ledger/entries/${seqFolder(7)}`);
    const blocked = sampleLake(temp());
    mkdirSync(at(blocked, `ledger/entries/${seqFolder(8)}`));
    expect(found(await checkHere(blocked.root))).toEqual([`LEDGER_BLOCKED ledger/entries/${seqFolder(8)}`]);
  });

  it('reports names that do not belong there', async () => {
    const lake = sampleLake(temp());
    for (const path of ['ledger/entries/junk', 'ledger/entries/x000/x000/0001', 'ledger/tile/junk', `ledger/entries/${seqFolder(3)}/extra`, 'Thumbs.db', 'staging/x', 'keys/x']) lake.write(path, '');
    const report = await checkHere(lake.root);
    expect(new Set(found(report))).toEqual(
      new Set(['ledger/entries/junk', 'ledger/entries/x000/x000/0001', 'ledger/tile/junk', `ledger/entries/${seqFolder(3)}/extra`, 'Thumbs.db', 'staging/x', 'keys/x'].map((path) => `FOREIGN_FILE ${path}`)),
    );
    expect(report.clean).toBe(true);
  });

  it('holds checkpoints against the ledger: of another lake, of a stranger, missing, and one kept elsewhere', async () => {
    const lake = sampleLake(temp());
    const note = readFileSync(at(lake, 'ledger/checkpoint'));
    const older = lake.checkpoint(3);
    expect(found(await checkHere(lake.root))).toEqual(['CHECKPOINT_BEHIND ledger/checkpoint']);
    expect(found(await checkHere(lake.root, { seen: note }))).toEqual(['CHECKPOINT_BEHIND ledger/checkpoint']);
    lake.checkpoint();
    expect(found(await checkHere(lake.root, { seen: Buffer.from(older) }))).toEqual([]);
    const other = sampleLake(temp());
    expect(found(await checkHere(lake.root, { seen: Buffer.from(other.checkpoint()) }))).toEqual(['CHECKPOINT_SIGNATURE_WRONG ', 'LEDGER_REWRITTEN ']);
    expect(found(await checkHere(lake.root, { seen: Buffer.from('nonsense') }))).toEqual(['CHECKPOINT_UNREADABLE ']);
    writeFileSync(at(lake, 'ledger/checkpoint'), other.checkpoint());
    expect(found(await checkHere(lake.root))).toEqual(['CHECKPOINT_SIGNATURE_WRONG ledger/checkpoint', 'LEDGER_REWRITTEN ledger/checkpoint']);
    rmSync(at(lake, 'ledger/checkpoint'));
    rmSync(at(lake, 'ledger/tile'), { recursive: true });
    expect(found(await checkHere(lake.root))).toEqual(['CHECKPOINT_MISSING ledger/checkpoint']);
  });

  it('finds tiles that are missing or of a larger tree, and takes full tiles for partial ones', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    while (lake.leaves.length < 300) lake.entry('dataset.described', 'dataset:A', { description: { title: 'x' } });
    lake.checkpoint();
    writeFileSync(at(lake, 'ledger/tile/0/001.p/44'), readFileSync(at(lake, 'ledger/tile/0/001.p/44')).subarray(0, 43 * 32));
    rmSync(at(lake, 'ledger/tile/1/000.p/1'));
    lake.write('ledger/tile/0/001.p/45', Buffer.alloc(45 * 32));
    lake.write('ledger/tile/0/000.p/2', Buffer.concat(lake.leaves.slice(0, 2)));
    expect(found(await checkHere(lake.root))).toEqual(['TILE_ALTERED ledger/tile/0/001.p/44', 'TILE_ALTERED ledger/tile/0/001.p/45', 'TILE_MISSING ledger/tile/1/000.p/1']);
  });
});

describe('lake.json and forks', () => {
  it('finds a lake.json that is missing, not canonical, or not the one in the first entry, and checks the rest', async () => {
    const lake = sampleLake(temp());
    const path = at(lake, 'lake.json');
    const text = readFileSync(path, 'utf8');
    for (const bad of [text.replace('New_York', 'New_Yorl'), text.replace(',', ', '), text.trim(), 'nonsense']) {
      writeFileSync(path, bad);
      expect(found(await checkHere(lake.root))).toEqual(['LAKE_JSON_ALTERED lake.json']);
    }
    rmSync(path);
    expect(found(await checkHere(lake.root))).toEqual(['LAKE_JSON_ALTERED lake.json']);
  });

  it('replays a fork from its origin, and versions go on in it', async () => {
    const first = sampleLake(temp());
    const second = first.fork('0190f5e2-7a1b-4c3d-8e4f-aaaaaaaaaaaa');
    second.commit('AIR.1', { 'air.csv': 'y' });
    second.checkpoint();
    const third = second.fork('0190f5e2-7a1b-4c3d-8e4f-bbbbbbbbbbbb');
    third.commit('AIR.1', { 'more.csv': 'z' });
    third.checkpoint();
    const report = await checkHere(third.root);
    expect(report.findings).toEqual([]);
    expect(report.checked).toMatchObject({ entries: 2, versions: 6, datasets: 2 });
    rmSync(at(third, `origins/${first.id}/ledger/entries/${seqFolder(7)}`), { recursive: true });
    expect(found(await checkHere(third.root))).toContain(`ORIGIN_MISSING origins/${first.id}/ledger`);
  });

  it('finds an origin whose history is not the one that the fork names', async () => {
    const first = sampleLake(temp());
    const second = first.fork('0190f5e2-7a1b-4c3d-8e4f-aaaaaaaaaaaa');
    second.checkpoint();
    const path = at(second, `origins/${first.id}/${entryPath(5)}`);
    writeFileSync(path, `${readFileSync(path, 'utf8')} `);
    expect(found(await checkHere(second.root))).toContain(`LEDGER_REWRITTEN origins/${first.id}/ledger`);
  });

  it('says nothing about what was added while it ran, but that something was', async () => {
    const lake = sampleLake(temp());
    const grown = join(temp(), 'Lake');
    cpSync(lake.root, grown, { recursive: true });
    lake.commit('AIR.1', { 'air.csv': 'y' });
    const added = `ledger/entries/${seqFolder(8)}`;
    // The entry appears after the last one was read, and before the store was.
    const report = await checkHere(grown, {
      onProgress: ({ phase }) => {
        if (phase !== 'Reading and hashing files' || existsSync(join(grown, added))) return;
        cpSync(at(lake, added), join(grown, added), { recursive: true });
        cpSync(at(lake, folderOf(lake, 'AIR.1')), join(grown, folderOf(lake, 'AIR.1')), { recursive: true });
      },
    });
    expect(found(report)).toEqual(['LAKE_GREW ledger/entries']);
  });
});

function rank(text: string): number {
  return /^(TILE_MISSING|FOREIGN)/.test(text) ? 1 : 0;
}
