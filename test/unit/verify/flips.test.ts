import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { derList } from '../../../src/verify/package/der.ts';
import type { Der } from '../../../src/verify/package/der.ts';
import { openOffice } from '../../builders/lake/office.ts';
import type { Office } from '../../builders/lake/office.ts';
import { exportOf, has, officerOf } from '../../builders/lake/packages.ts';
import { checkHere, found } from '../../builders/verify/check.ts';

/** One bit changed anywhere in a package, and in its signature. */

let office: Office;
let zip = '';
let bag = '';
beforeAll(async () => {
  office = await openOffice();
  await office.ingest('WF', { 'a.csv': 'a,b\n1,2\n' });
  const officer = await officerOf(office, 'Maria Ortega');
  [zip, bag] = [join(office.folder, 'p.zip'), join(office.folder, 'bag')];
  await exportOf(office, ['WF:v1'], zip);
  await exportOf(office, ['WF:v1'], bag, { form: 'dir', officer });
});
afterAll(() => office.remove());

interface Entry {
  readonly name: string;
  /** Of its local header, its data and its record in the central directory; each with its length. */
  readonly header: number;
  readonly nameLength: number;
  readonly size: number;
}

/** Times, versions, the number of a disk, attributes: fields that say nothing of a record; programs that pack a zip anew change them, and the package still verifies. */
const localHarmless = new Set([4, 5, 10, 11, 12, 13]);
const directoryHarmless = new Set([4, 5, 6, 7, 12, 13, 14, 15, 34, 35, 36, 37, 38, 39, 40, 41]);

it('in the zip is found, wherever it is, but in times and versions that say nothing of a record', { timeout: 120_000 }, async () => {
  const good = readFileSync(zip);
  const end = good.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  const directory = good.readUInt32LE(end + 16);
  const entries: Entry[] = [];
  const file = await openPromise(zip);
  for await (const entry of file.eachEntry()) entries.push({ name: entry.fileName, header: entry.relativeOffsetOfLocalHeader, nameLength: Buffer.byteLength(entry.fileName), size: entry.uncompressedSize });

  const harmless = new Set<number>();
  const places = new Set<number>();
  // All bytes of what holds the zip together: of some entries, the rest being alike, and of the end.
  for (const [i, { header, nameLength, size }] of entries.entries()) {
    const all = i === entries.length - 3;
    for (const at of localHarmless) harmless.add(header + at);
    for (let at = 0; at < 30 + nameLength; at += all ? 1 : 17) places.add(header + at);
    for (let at = 0; at < size; at += 211) places.add(header + 30 + nameLength + at);
    places.add(header + 30 + nameLength + size - 1);
  }
  for (let at = directory, i = 0; at < end; i++) {
    const length = 46 + good.readUInt16LE(at + 28) + good.readUInt16LE(at + 30);
    for (const field of directoryHarmless) harmless.add(at + field);
    for (let field = 0; field < length; field += i === entries.length - 3 ? 1 : 13) places.add(at + field);
    at += length;
  }
  for (let at = end; at < good.length; at++) places.add(at);

  const unfound: number[] = [];
  const whole = (await checkHere(zip)).answers;
  const target = openSync(zip, 'r+');
  for (const at of places) {
    const bit = 1 << (at % 8);
    writeSync(target, Buffer.of((good[at] ?? 0) ^ bit), 0, 1, at);
    const report = await checkHere(zip);
    if (harmless.has(at)) {
      // Either it is found, or it changes nothing of what the check says.
      if (report.clean) expect(report.answers).toEqual(whole);
    } else if (report.clean) unfound.push(at);
    writeSync(target, Buffer.of(good[at] ?? 0), 0, 1, at);
  }
  closeSync(target);
  expect(unfound).toEqual([]);
  expect(places.size).toBeGreaterThan(350);
  expect(found(await checkHere(zip))).toEqual([]);
});

describe('the signature', () => {
  beforeEach((ctx) => {
    ctx.skip(!has('openssl'), 'no openssl to check the signature with as well');
  });

  it('with one bit changed in any field is refused; in certificate, signed attributes, digest and signature by openssl too', { timeout: 120_000 }, async () => {
    const path = join(bag, 'signatures/officer.p7s');
    const good = readFileSync(path);
    const command = readFileSync(join(bag, 'VERIFY.txt'), 'utf8').split('\n').find((line) => line.includes('openssl cms')) ?? 'false';
    const opensslAgrees = (): boolean => spawnSync('bash', ['-c', command], { cwd: bag }).status === 0;
    expect(opensslAgrees()).toBe(true);
    const fields = leavesOf(good);
    const covered = fields.filter(({ part }) => part !== 'frame');
    expect(new Set(covered.map(({ part }) => part))).toEqual(new Set(['certificate', 'signed attributes', 'signature']));
    expect(covered.length).toBeGreaterThan(30);
    const missedByUs: string[] = [];
    const missedByOpenssl: string[] = [];
    for (const [i, { at, length, part }] of fields.entries()) {
      // The first byte of the value, or of the tag where it is empty; and for long values one in the middle.
      for (const place of new Set([length === 0 ? at - 2 : at, at + (length >> 1)])) {
        if (place >= good.length) continue;
        const bytes = Buffer.from(good);
        bytes[place] = (bytes[place] ?? 0) ^ (1 << (i % 7));
        writeFileSync(path, bytes);
        const report = await checkHere(bag);
        if (report.clean || report.answers?.signedBy.answer !== 'nobody') missedByUs.push(`${part} ${String(place)}`);
        if (part !== 'frame' && place === at && opensslAgrees()) missedByOpenssl.push(`${part} ${String(place)}`);
      }
    }
    writeFileSync(path, good);
    expect({ missedByUs, missedByOpenssl }).toEqual({ missedByUs: [], missedByOpenssl: [] });
  });

  it('with every single bit changed is refused by the checker', { timeout: 120_000 }, async () => {
    const path = join(bag, 'signatures/officer.p7s');
    const good = readFileSync(path);
    const { checkCms } = await import('../../../src/verify/package/cms.ts');
    const { certificateOf } = await import('../../../src/verify/crypto.ts');
    const certificate = certificateOf(readFileSync(join(bag, 'signatures/officer.cert.pem')));
    if (certificate === null) throw new Error('no certificate');
    const content = readFileSync(join(bag, 'tagmanifest-sha256.txt'));
    expect(checkCms(good, content, certificate).fault).toBeNull();
    const accepted: number[] = [];
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (checkCms(bytes, content, certificate).fault === null) accepted.push(bit);
    }
    expect(accepted).toEqual([]);
    for (const more of [Buffer.of(0), Buffer.of(0x05, 0x00)]) expect(checkCms(Buffer.concat([good, more]), content, certificate).fault).toBe('bytes follow the end');
    expect(checkCms(good.subarray(0, -1), content, certificate).fault).not.toBeNull();
  });
});

interface Leaf {
  /** Where its value begins. */
  readonly at: number;
  readonly length: number;
  readonly part: 'certificate' | 'signed attributes' | 'signature' | 'frame';
}

/** The simple values of a signature, each with the part that it belongs to. */
function leavesOf(p7s: Buffer): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: Der, part: Leaf['part'], path: readonly number[]): void => {
    const at = value.content.byteOffset - p7s.byteOffset;
    if ((value.tag & 0x20) === 0) {
      leaves.push({ at, length: value.content.length, part });
      return;
    }
    for (const [i, child] of derList(value.content).entries()) walk(child, partOf([...path, i]) ?? part, [...path, i]);
  };
  // ContentInfo: type, [0] SignedData: version, digests, content, [0] certificates, signers → SignerInfo: version, sid, digest, [0] attributes, algorithm, signature.
  const partOf = (path: readonly number[]): Leaf['part'] | null => {
    const place = path.join('.');
    if (/^0\.1\.0\.3\.\d+$/.test(place)) return 'certificate';
    if (place === '0.1.0.4.0.3') return 'signed attributes';
    return place === '0.1.0.4.0.5' ? 'signature' : null;
  };
  for (const [i, value] of derList(p7s).entries()) walk(value, 'frame', [i]);
  return leaves;
}
