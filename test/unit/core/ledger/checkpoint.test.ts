import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkpointSignedBy,
  checkpointText,
  emptyRoot,
  formatCheckpoint,
  formatProof,
  fromBase64,
  fromHex,
  noteKeyHash,
  parseCheckpoint,
  parseProof,
  toHex,
  utf8,
} from '../../../../src/core/index.ts';
import { makeKey, makeVerify, sha } from './crypto.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hms-checkpoint-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const verifySignature = makeVerify();
const station = makeKey('station');
const origin = 'hms-dta/01907c3e-5b4a-4d51-9c62-0123456789ab';
const text = checkpointText(origin, 412, sha(utf8('root')));
const note = formatCheckpoint(text, [{ name: origin, keyHash: noteKeyHash(sha, station.spki), signature: station.signDer(utf8(text)) }]);

describe('a checkpoint', () => {
  it('is written byte for byte as lake.md section 8 says', () => {
    expect(checkpointText('hms-dta/x', 0, emptyRoot(sha))).toBe('hms-dta/x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');
    const signature = { name: 'hms-dta/x', keyHash: Uint8Array.of(0xde, 0xad, 0xbe, 0xef), signature: Uint8Array.of(1, 2) };
    expect(formatCheckpoint('hms-dta/x\n0\nAA==\n', [signature])).toBe('hms-dta/x\n0\nAA==\n\n— hms-dta/x 3q2+7wEC\n');
  });

  it('of tlog-checkpoint, the published example, can be read, its signature of another type kept', () => {
    const example =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
      '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';
    const checkpoint = parseCheckpoint(example);
    expect(checkpoint?.origin).toBe('example.com/behind-the-sofa');
    expect(checkpoint?.size).toBe(20852163);
    expect(toHex(checkpoint?.root ?? sha())).toBe('0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62');
    expect(checkpoint?.text).toBe(example.slice(0, example.indexOf('\n\n') + 1));
    expect(checkpoint?.signatures.map((line) => [line.name, toHex(line.keyHash), line.signature.length])).toEqual(
      [['example.com/behind-the-sofa', '033de0ae', 64]],
    );
    expect(formatCheckpoint(checkpoint?.text ?? '', checkpoint?.signatures ?? [])).toBe(example);
  });

  it('is signed by the station whose key hash it names, and by no other', () => {
    const checkpoint = parseCheckpoint(note);
    if (checkpoint === null) throw new Error('the checkpoint was not read');
    expect(checkpoint).toMatchObject({ text, origin, size: 412, root: sha(utf8('root')) });
    expect(checkpointSignedBy(checkpoint, station.spki, sha, verifySignature)).toBe(true);
    expect(checkpointSignedBy(checkpoint, makeKey('station').spki, sha, verifySignature)).toBe(false);
    const enlarged = parseCheckpoint(note.replace('\n412\n', '\n413\n'));
    expect(enlarged !== null && checkpointSignedBy(enlarged, station.spki, sha, verifySignature)).toBe(false);
    const renamed = parseCheckpoint(note.replace(`— ${origin}`, '— elsewhere'));
    expect(renamed !== null && checkpointSignedBy(renamed, station.spki, sha, verifySignature)).toBe(false);
  });

  it('keeps cosignatures of others beside its own', () => {
    const cosigned = `${note}— witness.example ${Buffer.from('0000000000000000').toString('base64')}\n`;
    const checkpoint = parseCheckpoint(cosigned);
    expect(checkpoint?.signatures.map((line) => line.name)).toEqual([origin, 'witness.example']);
    expect(checkpoint !== null && checkpointSignedBy(checkpoint, station.spki, sha, verifySignature)).toBe(true);
  });

  it('names its key by the first bytes of the hash of the key as openssl writes it, and openssl verifies it', (ctx) => {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      openssl('version');
    } catch {
      return ctx.skip('openssl is not installed');
    }
    writeFileSync(join(scratch, 'key.der'), station.spki);
    const again = openssl('pkey', '-pubin', '-inform', 'DER', '-in', 'key.der', '-outform', 'DER');
    expect(toHex(noteKeyHash(sha, station.spki))).toBe(toHex(sha(again)).slice(0, 8));
    const line = note.slice(note.lastIndexOf(' ') + 1, -1);
    writeFileSync(join(scratch, 'signature'), Buffer.from(line, 'base64').subarray(4));
    writeFileSync(join(scratch, 'text'), note.slice(0, note.indexOf('\n\n') + 1));
    const verdict = openssl('dgst', '-sha256', '-verify', 'key.der', '-keyform', 'DER', '-signature', 'signature', 'text');
    expect(verdict.toString()).toBe('Verified OK\n');
  });

  const bad: readonly (readonly [string, string])[] = [
    ['without a signature', `${text}\n`],
    ['without the empty line', note.replace('\n\n', '\n')],
    ['with a size that begins with 0', note.replace('\n412\n', '\n0412\n')],
    ['with a size of -1', note.replace('\n412\n', '\n-1\n')],
    ['with a size of 4e2', note.replace('\n412\n', '\n4e2\n')],
    ['with a size past 2^53', note.replace('\n412\n', '\n9007199254740992\n')],
    ['with a size of 20 digits', note.replace('\n412\n', '\n18446744073709551615\n')],
    [
      'with a root of 31 bytes',
      formatCheckpoint(checkpointText(origin, 1, new Uint8Array(31)), [{ name: origin, keyHash: new Uint8Array(4), signature: sha() }]),
    ],
    [
      'with a root of 33 bytes',
      formatCheckpoint(checkpointText(origin, 1, new Uint8Array(33)), [{ name: origin, keyHash: new Uint8Array(4), signature: sha() }]),
    ],
    ['with an extension line', note.replace('\n\n', '\nextension\n\n')],
    ['with an empty origin', note.replace(origin, '')],
    ['with a hyphen for the em dash', note.replace('—', '-')],
    ['with CRLF', note.replaceAll('\n', '\r\n')],
    ['with a tab', note.replace('hms-dta', 'hms\tdta')],
    ['cut before its last line end', note.slice(0, -1)],
    ['with a line after it', `${note}\n`],
    ['with a space in a key name', note.replace('— hms', '— h ms')],
    ['with a no-break space in a key name', note.replace('— hms', '— h\u00a0ms')],
    ['with a plus in a key name', note.replace('— hms', '— h+ms')],
    ['with a signature of a key hash only', `${text}\n— ${origin} 3q2+7w==\n`],
    ['with a signature that is not base64', `${text}\n— ${origin} 3q2-7wEC\n`],
    ['with two spaces', note.replace('— ', '—  ')],
    [
      'with 65 signatures',
      formatCheckpoint(text, Array.from({ length: 65 }, () => ({ name: origin, keyHash: new Uint8Array(4), signature: sha() }))),
    ],
    ['that is empty', ''],
  ];
  it.each(bad)('is refused %s', (_, candidate) => {
    expect(candidate).not.toBe(note);
    expect(parseCheckpoint(candidate)).toBeNull();
  });

  it('never throws on any text, and reads back whatever it wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (candidate) => {
        expect(parseCheckpoint(candidate)).toBeNull();
      }),
    );
    const line = fc.record({
      name: fc.stringMatching(/^[a-z./]{1,20}$/),
      keyHash: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    });
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.maxSafeNat(), root, fc.array(line, { minLength: 1, maxLength: 20 }), (size, hash, signatures) => {
        const body = checkpointText('log', size, hash);
        expect(parseCheckpoint(formatCheckpoint(body, signatures))).toEqual({ text: body, origin: 'log', size, root: hash, signatures });
      }),
    );
  });
});

describe('a proof', () => {
  const path = [sha(utf8('a')), sha(utf8('b'))];

  it('is written as tlog-proof says and read back', () => {
    const written = formatProof({ index: 7, path, checkpoint: note });
    expect(written).toBe(
      `c2sp.org/tlog-proof@v1\nindex 7\nypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=\nPiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=\n\n${note}`,
    );
    expect(parseProof(written)).toEqual({ index: 7, path, checkpoint: note });
  });

  it('of the only leaf has no path', () => {
    const written = formatProof({ index: 0, path: [], checkpoint: note });
    expect(written).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${note}`);
    expect(parseProof(written)).toEqual({ index: 0, path: [], checkpoint: note });
  });

  it('may carry an extra line, which nothing vouches for and which is left out', () => {
    const written = formatProof({ index: 7, path, checkpoint: note }).replace('\nindex', '\nextra YWJj\nindex');
    expect(parseProof(written)).toEqual({ index: 7, path, checkpoint: note });
  });

  const good = formatProof({ index: 7, path, checkpoint: note });
  it.each([
    ['another header', good.replace('@v1', '@v2')],
    ['no index', good.replace('index 7\n', '')],
    ['an index with a leading zero', good.replace('index 7', 'index 07')],
    ['an index past 2^53', good.replace('index 7', 'index 9007199254740992')],
    ['a hash of 31 bytes', good.replace(/\n[^\n]+\n\n/, `\n${Buffer.alloc(31).toString('base64')}\n\n`)],
    ['a hash that is not base64', good.replace('ypeB', 'yp B')],
    ['no checkpoint', `${good.slice(0, good.indexOf('\n\n'))}\n\n`],
    ['no empty line', good.replaceAll('\n\n', '\n')],
    ['65 hashes', formatProof({ index: 7, path: Array.from({ length: 65 }, () => sha()), checkpoint: note })],
    ['an index line twice', good.replace('index 7', 'index 7\nindex 7')],
    ['nothing', ''],
  ])('is refused with %s', (_, candidate) => {
    expect(candidate).not.toBe(good);
    expect(parseProof(candidate)).toBeNull();
  });
});

it('reads the em dash line of a signed-note by any name that is no space', () => {
  const blob = fromBase64('3q2+7wEC');
  expect(blob).toEqual(fromHex('deadbeef0102'));
  expect(parseCheckpoint(`o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— ключ/é 3q2+7wEC\n`)?.signatures[0]?.name).toBe('ключ/é');
});
