import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHere, found } from '../../builders/verify/check.ts';
import { HandLake, seqFolder } from '../../builders/verify/hand-lake.ts';
import { sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();
const entryPath = (seq: number, name = 'entry.json'): string => `ledger/entries/${seqFolder(seq)}/${name}`;
const at = (lake: HandLake, path: string): string => join(lake.root, path);
const folderOf = (lake: HandLake, id: string): string => lake.objects.get(id)?.folder ?? '';

describe('a lake that is whole', () => {
  it('has no findings, and the report says what was read', async () => {
    const report = await checkHere(sampleLake(temp()).root);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ kind: 'lake', clean: true, checked: { files: 6, bytes: 1_048_620, entries: 8, datasets: 2, versions: 4 } });
    expect(report.summary).toBe('The lake "Lake" is unchanged: every file and every proof is as it was written. 6 files with 1,048,620 bytes and 8 ledger entries were checked.');
  });

  it('gives the same report with threads as without', async () => {
    const { root } = sampleLake(temp());
    writeFileSync(join(root, 'stranger.txt'), 'x');
    expect(await checkHere(root, { workers: 2 })).toEqual(await checkHere(root));
  });

  it('is whole without any dataset', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.checkpoint();
    expect((await checkHere(lake.root)).findings).toEqual([]);
  });

  it('is whole after a version was voided, and the next version builds on the one before', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1', b: '2' });
    lake.commit('A', { a: '3' });
    lake.voidNewest('A');
    lake.commit('A', { c: '4' });
    lake.commit('B', { only: 'x' });
    lake.voidNewest('B');
    lake.checkpoint();
    expect((await checkHere(lake.root)).findings).toEqual([]);
  });

  it('is whole with more entries than fit a tile, and with tiles of two levels', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    while (lake.leaves.length < 520) lake.entry('dataset.described', 'dataset:A', { description: { title: String(lake.leaves.length) } });
    lake.checkpoint();
    const report = await checkHere(lake.root, { workers: 2 });
    expect(report.findings).toEqual([]);
    expect(report.checked.entries).toBe(520);
  });
});

describe('what an interruption leaves is a note, not an error', () => {
  it('a version that is claimed and still in staging is checked there', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    lake.commit('A', { b: '2' }, { interrupted: 'staged' });
    lake.commit('NEW', { n: '3' }, { interrupted: 'staged' });
    lake.checkpoint();
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual([
      `INTERRUPTED_COMMIT staging/${lake.txn(2)}/version`,
      `INTERRUPTED_COMMIT staging/${lake.txn(3)}/object/v1`,
      `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'A')}/inventory.json`,
    ]);
    expect(report).toMatchObject({ clean: true, checked: { files: 3, versions: 3 } });
    writeFileSync(at(lake, `staging/${lake.txn(2)}/version/content/b`), 'X');
    expect(found(await checkHere(lake.root))[0]).toBe(`FILE_ALTERED staging/${lake.txn(2)}/version/content/b`);
  });

  it('a top copy of the inventory that is behind, and a checkpoint that is behind', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' });
    lake.checkpoint();
    lake.commit('A', { b: '2' }, { interrupted: 'root behind' });
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual(['CHECKPOINT_BEHIND ledger/checkpoint', `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'A')}/inventory.json`]);
    expect(report.clean).toBe(true);
  });

  it('a first version that was given up and whose top copy is not written yet', async () => {
    const lake = sampleLake(temp());
    lake.voidNewest('AIR.1');
    lake.checkpoint();
    for (const name of ['inventory.json', 'inventory.json.sha256']) rmSync(at(lake, `${folderOf(lake, 'AIR.1')}/${name}`));
    expect(found(await checkHere(lake.root))).toEqual([
      `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'AIR.1')}/inventory.json`,
      `ROOT_INVENTORY_BEHIND ${folderOf(lake, 'AIR.1')}/inventory.json.sha256`,
    ]);
  });

  it('drafts, what is left of done acts, and empty tuple folders', async () => {
    const lake = sampleLake(temp());
    const draft = '0190f5e2-aaaa-7000-8000-00008c8d9e0f';
    lake.write(`staging/${draft}/draft.json`, '{"base":null,"dataset":"NEXT","lake":"x"}');
    lake.write(`staging/${lake.txn(2)}/draft.json`, '{}');
    mkdirSync(at(lake, 'store/00/11'), { recursive: true });
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual([`STAGING_LEFT staging/${lake.txn(2)}`, `DRAFT_OPEN staging/${draft}`, 'EMPTY_FOLDER store/00/11']);
    expect(report.findings[1]?.message).toBe('A draft for NEXT that was not committed is in staging.');
  });
});

describe('what is lost or was changed in the store', () => {
  it('names a file that was changed, one that is missing, one that was added, and a link', async () => {
    const lake = sampleLake(temp());
    const content = `${folderOf(lake, 'WF-2024-07')}/v1/content`;
    writeFileSync(at(lake, `${content}/sensorA.csv`), 'time,value\r\n1,9\r\n');
    rmSync(at(lake, `${content}/sub/big.bin`));
    writeFileSync(at(lake, `${content}/added.csv`), '');
    symlinkSync('/etc/passwd', at(lake, `${content}/link`));
    expect(found(await checkHere(lake.root))).toEqual([
      `FILE_UNLISTED ${content}/added.csv`,
      `FILE_UNEXPECTED ${content}/link`,
      `FILE_ALTERED ${content}/sensorA.csv`,
      `FILE_MISSING ${content}/sub/big.bin`,
      `EMPTY_FOLDER ${content}/sub`,
    ]);
  });

  it('says once that a version is lost, and still checks the others', async () => {
    const lake = sampleLake(temp());
    const folder = folderOf(lake, 'WF-2024-07');
    rmSync(at(lake, `${folder}/v2`), { recursive: true });
    writeFileSync(at(lake, `${folder}/v1/content/sensorA.csv`), 'x');
    expect(found(await checkHere(lake.root))).toEqual([`FILE_ALTERED ${folder}/v1/content/sensorA.csv`, `VERSION_LOST ${folder}/v2`]);
  });

  it('finds a changed inventory by its hash, and uses the intact copy at the top to check the files', async () => {
    const lake = sampleLake(temp());
    const folder = folderOf(lake, 'WF-2024-07');
    const path = at(lake, `${folder}/v3/inventory.json`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('extra.csv', 'extrA.csv'));
    writeFileSync(at(lake, `${folder}/v3/content/extra.csv`), 'old');
    expect(found(await checkHere(lake.root))).toEqual([`FILE_ALTERED ${folder}/v3/content/extra.csv`, `INVENTORY_ALTERED ${folder}/v3/inventory.json`]);
    writeFileSync(at(lake, `${folder}/inventory.json`), '{}');
    expect(found(await checkHere(lake.root))).toEqual([
      `ROOT_INVENTORY_ALTERED ${folder}/inventory.json`,
      `CONTENT_UNCHECKED ${folder}/v3/content/extra.csv`,
      `INVENTORY_ALTERED ${folder}/v3/inventory.json`,
    ]);
  });

  it('finds missing inventories, wrong sidecars and declarations, and strangers in objects', async () => {
    const lake = sampleLake(temp());
    const folder = folderOf(lake, 'AIR.1');
    rmSync(at(lake, `${folder}/v1/inventory.json`));
    writeFileSync(at(lake, `${folder}/v1/inventory.json.sha256`), `${'0'.repeat(64)} inventory.json\n`);
    writeFileSync(at(lake, `${folder}/inventory.json.sha256`), 'nonsense');
    writeFileSync(at(lake, `${folder}/0=ocfl_object_1.1`), 'ocfl_object_1.0\n');
    writeFileSync(at(lake, `${folder}/catalog.sqlite`), '');
    writeFileSync(at(lake, `${folder}/v1/inventory.json.bak`), '');
    expect(found(await checkHere(lake.root))).toEqual([
      `DECLARATION_WRONG ${folder}/0=ocfl_object_1.1`,
      `FILE_UNEXPECTED ${folder}/catalog.sqlite`,
      `SIDECAR_WRONG ${folder}/inventory.json.sha256`,
      `INVENTORY_MISSING ${folder}/v1/inventory.json`,
      `FILE_UNEXPECTED ${folder}/v1/inventory.json.bak`,
      `SIDECAR_WRONG ${folder}/v1/inventory.json.sha256`,
    ]);
  });

  it('leaves alone versions and objects that no entry names', async () => {
    const lake = sampleLake(temp());
    const folder = folderOf(lake, 'AIR.1');
    cpSync(at(lake, `${folder}/v1`), at(lake, `${folder}/v2`), { recursive: true });
    cpSync(at(lake, folder), at(lake, 'raw/12/34/hms%3aOTHER'), { recursive: true });
    const report = await checkHere(lake.root);
    expect(found(report)).toEqual(['FOREIGN_OBJECT raw/12/34/hms%3aOTHER', `FOREIGN_VERSION ${folder}/v2`]);
    expect(report).toMatchObject({ clean: true });
  });

  it('finds changed layout files, and tells wording from meaning', async () => {
    const lake = sampleLake(temp());
    const config = 'store/extensions/0003-hash-and-id-n-tuple-storage-layout/config.json';
    writeFileSync(at(lake, config), readFileSync(at(lake, config), 'utf8').replace('"tupleSize":2', '"tupleSize":3'));
    writeFileSync(at(lake, 'raw/ocfl_layout.json'), '{"extension":"0003-hash-and-id-n-tuple-storage-layout","description":"Other words"}');
    rmSync(at(lake, 'raw/0=ocfl_1.1'));
    writeFileSync(at(lake, 'store/x.txt'), '');
    expect(found(await checkHere(lake.root))).toEqual([
      'STORAGE_ROOT_ALTERED raw/0=ocfl_1.1',
      `STORAGE_ROOT_ALTERED ${config}`,
      'STORAGE_ROOT_TEXT raw/ocfl_layout.json',
      'FOREIGN_FILE store/x.txt',
    ]);
  });
});

describe('inventories that the ledger vouches for and that are wrong all the same', () => {
  const commitForged = async (forge: (inventory: string) => string): Promise<string[]> => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1', b: '22' });
    lake.commit('A', { c: '333' }, { forgeInventory: forge });
    lake.checkpoint();
    const report = await checkHere(lake.root);
    expect(report.clean).toBe(false);
    return report.findings.map(({ code, message }) => `${code} ${message}`);
  };

  it.each([
    ['another id', (text: string) => text.replace('"hms:A"', '"hms:B"'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E110). Its "id" is "hms:B" instead of "hms:A".'],
    ['another head', (text: string) => text.replace('"head":"v2"', '"head":"v1"'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E040). Its "head" is "v1" instead of "v2".'],
    ['sha512', (text: string) => text.replace('"sha256"', '"sha512"'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E025). Its "digestAlgorithm" is "sha512" instead of "sha256".'],
    ['another content folder', (text: string) => text.replace('"head"', '"contentDirectory":"stuff","head"'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E019). Its content folder is called "stuff" instead of "content".'],
    ['a member of its own', (text: string) => text.replace('"head"', '"office":"x","head"'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E102). "office" is not a member that OCFL knows.'],
    ['a path outside the object', (text: string) => text.replace('v2/content/c', 'v2/content/../../c'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E099). The manifest names "v2/content/../../c", which is not a place for content of this object.'],
    ['no time', (text: string) => text.replace(/"created":"[^"]*"/, '"created":"yesterday"'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E049). The time of v1 is not written as RFC 3339 asks.'],
    ['a version renamed', (text: string) => text.replace('"v1":{', '"v3":{'), 'INVENTORY_UNSOUND The inventory of A:v2 is not sound (E009). Its versions are not v1, v2 and so on in order: "v3" stands in place 1.'],
    ['another message', (text: string) => text.replace('Version 2', 'Version two'), 'STATE_DIFFERS The changes of A:v2 in the ledger do not lead to what its inventory lists. Body and inventory do not have the same message.'],
  ])('%s', async (_name, forge, expected) => {
    const findings = await commitForged(forge);
    expect(findings).toContain(expected);
  });

  it('a state with a digest that the manifest lacks, and a manifest with one that no version has', async () => {
    const unlisted = await commitForged((text) => {
      const value = JSON.parse(text) as { manifest: Record<string, unknown> };
      const [first = ''] = Object.keys(value.manifest);
      return JSON.stringify({ ...value, manifest: Object.fromEntries(Object.entries(value.manifest).filter(([digest]) => digest !== first)) });
    });
    expect(unlisted.join('\n')).toMatch(/^INVENTORY_UNSOUND The inventory of A:v2 is not sound \(E050\)\./m);
    const unused = await commitForged((text) => text.replace('"manifest":{', `"manifest":{"${'0'.repeat(64)}":["v1/content/zero"],`));
    expect(unused.join('\n')).toMatch(/^INVENTORY_UNSOUND The inventory of A:v2 is not sound \(E107\)\./m);
  });

  it('an inventory that tells the past differently', async () => {
    const findings = await commitForged((text) => {
      const value = JSON.parse(text) as { versions: { v1: { state: Record<string, string[]> }; v2: { state: Record<string, string[]> } } };
      const rename = (state: Record<string, string[]>): Record<string, string[]> =>
        Object.fromEntries(Object.entries(state).map(([digest, paths]) => [digest, paths.map((path) => (path === 'a' ? 'A' : path))]));
      value.versions.v1.state = rename(value.versions.v1.state);
      value.versions.v2.state = rename(value.versions.v2.state);
      return JSON.stringify(value);
    });
    expect(findings).toEqual(['INVENTORY_CONTRADICTS The inventory of A:v2 describes earlier versions differently from their own inventories.']);
  });

  it.each([
    ['a line left out', (lines: unknown[]) => lines.slice(1), 'The inventory changes files that the body does not name.'],
    ['other bytes', (lines: unknown[]) => lines.map((line, i) => (i === 0 ? { ...(line as object), sha256: 'a'.repeat(64) } : line)), 'Body and inventory give different bytes to "a".'],
    ['a file that is not there', (lines: unknown[]) => [...lines, { do: 'add', mtime: null, path: 'z', sha256: 'a'.repeat(64), size: 1 }], 'The body names files that the inventory does not list.'],
    ['removal of nothing', (lines: unknown[]) => [...lines, { do: 'remove', path: 'z' }], 'The body replaces or removes files that the version before does not have.'],
    ['renaming of nothing', (lines: unknown[]) => [{ do: 'rename', from: 'y', path: 'a' }, ...lines.slice(1)], 'The body renames "y", which the version before does not have.'],
  ])('a body that does not lead to the inventory: %s', async (_name, forgeBody, expected) => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1', b: '2' }, { forgeBody: forgeBody as never });
    lake.checkpoint();
    const report = await checkHere(lake.root);
    expect(report.findings.map(({ code, message }) => `${code} ${message}`)).toEqual([`STATE_DIFFERS The changes of A:v1 in the ledger do not lead to what its inventory lists. ${expected}`]);
  });

  it('a body with a line that is no change', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    lake.commit('A', { a: '1' }, { forgeBody: (lines) => [...lines, { do: 'polish', path: 'a' }] });
    lake.checkpoint();
    expect(found(await checkHere(lake.root))).toEqual([`BODY_UNREADABLE ${entryPath(1, 'body.json')}`]);
  });

  it('takes notes, names with quotes and escapes, and files that swap names', async () => {
    const lake = new HandLake(join(temp(), 'Lake'));
    const note = { note: 'emptyFolder', path: 'empty' };
    lake.commit('A', { 'say "hi"\\\n.txt': '1', 'ünï/😀': '2' }, { forgeBody: (lines) => [...lines, note] });
    lake.commit('A', {}, { rename: { 'ünï/😀': 'say "hi"\\\n.txt', 'say "hi"\\\n.txt': 'ünï/😀' } });
    lake.checkpoint();
    const report = await checkHere(lake.root);
    expect(report.findings).toEqual([]);
  });
});

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
