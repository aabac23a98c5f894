import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHere, found } from '../../builders/verify/check.ts';
import { HandLake } from '../../builders/verify/hand-lake.ts';
import { at, entryPath, folderOf } from '../../builders/verify/places.ts';
import { sampleLake } from '../../builders/verify/sample-lake.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

const temp = tempFolders();

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
