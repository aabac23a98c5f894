import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { leafHash, parseCheckpoint, toHex } from '../../../src/core/index.ts';
import { checkHere, found } from '../../builders/verify/check.ts';
import { sha256, sha256Hex, treeRoot } from '../../builders/verify/hand-crypto.ts';
import { seqFolder } from '../../builders/verify/hand-lake.ts';
import { filesOf } from '../../builders/verify/hand-package.ts';
import { tempFolders } from '../../builders/verify/temp.ts';

/** A lake and a package that the program made once (test/fixtures/frozen/make.ts), with their values as they were published then. */
const published = {
  lakeJson: '546a66fa741b1a1b577019ee5eeee49590e7dd6ce1e0de81ba5da5c1bca8470d',
  root: 'cc51701d0fd3b79372d66d01f1d527191648447a84948764005100507d6d4155',
  leaves: [
    '4217a1f2baace0da31d0197bd06bef93648e0c10c6dba0d8cd733a8eee2b0070',
    'da9a9083199370524e521bea731af2b1c9e055bdd4a946e2f3139ea1dccce7a6',
    '14e34549663cd5eedf8bf2664676f84eb71bf170c18106f2230d74a278e5ea65',
    'bf4716c49bb591858ad41af444fe5b4f1e2f0538d9cad20ec11a652c8d6e2cd5',
    '76e812b2b8f1e48159af81cfe9a2ccc1bdd8bc25bde6b5fe68aa0149594cd46d',
    'a610bb72232ceaa52420a55e71b30b780c967f83bcde14387d36a42e1ac1bd74',
    'ae0c23ebbd7c1c464f20cbf7bf8c63f6b75a71838d75003aee9222369ca89fdd',
    '8d04cf28ff5bd9f9b2fc247334887e694acccec3539baaa0ee6b137d1823b323',
    '88ebca5f1aafdfc975fcce9bbb1279d65d5a2338f18efe81b74193b007f700de',
    'ec47bfdf4cba91e0706154f0b64d119c3fbb9709ca01f6c1d7335a6f3fc8624b',
  ],
  inventories: {
    '93/fd/hms%3aAIR%2e1/v1/inventory.json': 'e4f26aeb66f9c7df2533c06832f5e8d9472469b30315a6f4f938f6e3a607d151',
    'e7/88/hms%3aWF-2024-07/v1/inventory.json': '5d0d650cf1e3e72e57cc34578fa124e99d9fb76228b9ddfd72a9907a70d3d83d',
    'e7/88/hms%3aWF-2024-07/v2/inventory.json': '9c7d34160938e54d617f73e910781338c6f22053f5483d050c2eb63e77dbbdea',
  },
  package: { bytes: 1066027, sha256: 'f0555832aed3aef5e02b78df3c8da8082da031bd30adac761afa672eab7255cf' },
};

const temp = tempFolders();
const frozen = fileURLToPath(new URL('../../fixtures/frozen/', import.meta.url));
const lake = join(frozen, 'lake');
const zip = join(frozen, 'package.zip');
const isThere = existsSync(lake) && existsSync(zip);
beforeEach((ctx) => {
  ctx.skip(!isThere, 'test/fixtures/frozen has no lake or no package');
});
const entryOf = (seq: number): string => join(lake, 'ledger/entries', seqFolder(seq), 'entry.json');

describe('the frozen lake and package (test/fixtures/frozen)', () => {
  it('are whole', async () => {
    expect(await checkHere(lake)).toMatchObject({ findings: [], clean: true, checked: { files: 6, entries: 10, datasets: 2, versions: 3 } });
    expect(await checkHere(zip)).toMatchObject({ findings: [], clean: true, answers: { unchanged: { answer: 'yes' }, signedBy: { answer: 'station' } } });
  });

  it('have the values that were published', () => {
    expect(sha256Hex(readFileSync(join(lake, 'lake.json')))).toBe(published.lakeJson);
    expect(published.leaves.map((_, seq) => toHex(leafHash(sha256, readFileSync(entryOf(seq)))))).toEqual(published.leaves);
    expect(existsSync(dirname(entryOf(published.leaves.length)))).toBe(false);
    expect(treeRoot(published.leaves.map((leaf) => Buffer.from(leaf, 'hex'))).toString('hex')).toBe(published.root);
    const checkpoint = parseCheckpoint(readFileSync(join(lake, 'ledger/checkpoint'), 'utf8'));
    expect({ size: checkpoint?.size, root: toHex(checkpoint?.root ?? new Uint8Array(0)) }).toEqual({ size: published.leaves.length, root: published.root });
    for (const [path, hash] of Object.entries(published.inventories)) expect(sha256Hex(readFileSync(join(lake, 'store', path)))).toBe(hash);
    const bytes = readFileSync(zip);
    expect({ bytes: bytes.length, sha256: sha256Hex(bytes) }).toEqual(published.package);
  });
});

describe('one bit changed in any file', { timeout: 300_000 }, () => {
  let copy = '';
  let bag = '';
  beforeAll(async () => {
    if (!isThere) return;
    copy = join(temp(), 'lake');
    cpSync(lake, copy, { recursive: true });
    bag = join(temp(), 'bag');
    await unpack(zip, bag);
  });

  it('of the lake is found, and the finding names the file or its entry', async () => {
    const unfound = await flipEach(copy, (path) => (/^ledger\/entries\//.test(path) ? dirname(path) : path), ['README.txt']);
    expect(unfound).toEqual([]);
  });

  it('of the package is found, and the finding names the file', async () => {
    const unfound = await flipEach(bag, (path) => (path === 'tagmanifest-sha256.txt' ? 'signatures/station.p7s' : path), []);
    expect(unfound).toEqual([]);
  });
});

/** Places to be changed in a file: its ends, and some between that differ from file to file. */
function placesIn(size: number, salt: string): number[] {
  const random = sha256(salt);
  const between = Array.from({ length: 6 }, (_, i) => random.readUInt32LE(i * 4) % size);
  return [...new Set([0, size - 1, ...between])];
}

/** Changes one bit at several places of each file in turn; answers the places that no error or warning named. */
async function flipEach(folder: string, named: (path: string) => string, besides: readonly string[]): Promise<string[]> {
  const unfound: string[] = [];
  for (const path of filesOf(folder)) {
    if (besides.includes(path)) continue;
    const full = join(folder, path);
    const good = readFileSync(full);
    // A file without bytes has no bit to change: one byte is added.
    const spoilt = good.length === 0 ? [Buffer.of(0)] : placesIn(good.length, path).map((at) => flipped(good, at));
    for (const bytes of spoilt) {
      writeFileSync(full, bytes);
      const report = await checkHere(folder);
      const isNamed = report.findings.some((finding) => finding.severity !== 'note' && finding.path.startsWith(named(path)));
      if (!isNamed) unfound.push(`${path}: ${found(report).join(', ')}`);
    }
    writeFileSync(full, good);
  }
  expect((await checkHere(folder)).findings).toEqual([]);
  return unfound;
}

function flipped(good: Buffer, at: number): Buffer {
  const bytes = Buffer.from(good);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
  return bytes;
}

/** Unpacks a zip, without its top folder. */
async function unpack(path: string, to: string): Promise<void> {
  const file = await openPromise(path);
  for await (const entry of file.eachEntry()) {
    const target = join(to, entry.fileName.slice(entry.fileName.indexOf('/') + 1));
    mkdirSync(dirname(target), { recursive: true });
    const parts: Buffer[] = [];
    for await (const part of await file.openReadStreamPromise(entry)) parts.push(part as Buffer);
    writeFileSync(target, Buffer.concat(parts));
  }
}
