import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyLine, MAX_ENTRY_BYTES } from '../../../../src/contract/index.ts';
import type { Entry } from '../../../../src/contract/index.ts';
import {
  actSigningBytes,
  bodyCommit,
  bodyLineText,
  canonicalBytes,
  canonicalJson,
  changeLineText,
  encodeEntry,
  entryFolder,
  entrySigningBytes,
  fromUtf8,
  parseBodyHead,
  parseBodyLine,
  parseEntry,
  parseEntrySoon,
  parsePlainEntry,
  signedPartOfPlain,
  utf8,
} from '../../../../src/core/index.ts';
import type { Json } from '../../../../src/core/index.ts';
import { makeKey, sha } from './crypto.ts';
import { hashOf, TestLake } from './test-lake.ts';

const lake = new TestLake();
const officer = makeKey('officer');
const { entry } = lake.compose(
  'version.committed',
  'version:WF-2024-07:v1',
  { outputs: [['version:WF-2024-07:v1', hashOf('v1')]], officer },
);
const text = fromUtf8(encodeEntry(entry)) ?? '';

function why(bytes: Uint8Array): string {
  const parsed = parseEntry(bytes);
  return parsed.ok ? 'it parses' : parsed.why;
}

describe('an entry', () => {
  it('is one line of sorted members without white space', () => {
    const { entry: plain } = lake.compose('tag.added', 'version:A:v1');
    const written = fromUtf8(encodeEntry({ ...plain, sig: 'AAAA' }));
    expect(written).toBe(
      `{"actor":"${plain.actor}","at":"${plain.at}","body":{"commit":"${plain.body?.commit}","size":100},"clock":"${plain.clock}","inputs":[],` +
        `"lake":"${plain.lake}","op":"tag.added","outputs":[],"prev":"${'0'.repeat(64)}","seq":0,"sig":"AAAA","station":"${plain.station}",` +
        `"subject":"version:A:v1","txn":"${plain.txn}","v":1}`,
    );
  });

  it('is read back as it was written, and signs everything but sig', () => {
    const parsed = parseEntry(encodeEntry(entry));
    expect(parsed).toEqual({ ok: true, entry });
    expect(fromUtf8(entrySigningBytes(entry))).toBe(text.replace(`"sig":"${entry.sig}","station"`, '"station"'));
    expect(fromUtf8(actSigningBytes(entry.act?.statement ?? (null as never)))).toBe(JSON.stringify(entry.act?.statement));
  });

  it('leaves out members that are undefined', () => {
    const withHoles: Entry = { ...entry, act: undefined, key: undefined };
    expect(fromUtf8(encodeEntry(withHoles))).not.toContain('"act"');
  });

  it('of another v, or of an operation that is not known, is read if it has the same shape', () => {
    expect(parseEntry(encodeEntry({ ...entry, v: 2 })).ok).toBe(true);
    expect(parseEntry(encodeEntry({ ...entry, op: 'dataset.sung' })).ok).toBe(true);
  });

  it('of another v in another shape is known as newer', () => {
    const newer = { ok: false, why: 'The entry was written by a newer version of this program.', newer: true };
    expect(parseEntry(utf8('{"v":2}'))).toEqual(newer);
    expect(parseEntry(utf8('{"hello":[1],"v":17}'))).toEqual(newer);
    expect(parseEntry(utf8('{"v":1}'))).not.toHaveProperty('newer');
    expect(parseEntry(utf8('{"v":"2"}'))).not.toHaveProperty('newer');
    expect(parseEntry(utf8('{"v":2.5}'))).not.toHaveProperty('newer');
  });

  it('may have 16,384 bytes and not one more', () => {
    const room = MAX_ENTRY_BYTES - (text.length - entry.sig.length);
    const sig = (length: number) => encodeEntry({ ...entry, sig: 'A'.repeat(length) });
    expect(sig(room - (room % 4)).length).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
    expect(parseEntry(sig(room - (room % 4))).ok).toBe(true);
    expect(why(sig(room + 1))).toBe('The entry has 16385 bytes; 16384 is the most that an entry may have.');
  });

  it.each<[string, string, string]>([
    ['a line end', `${text}\n`, 'The entry is not in canonical form.'],
    ['white space', text.replace('{', '{ '), 'The entry is not in canonical form.'],
    ['members in another order', text.replace(/^\{("act":.*?),("actor"[^,]*),/, '{$2,$1,'), 'The entry is not in canonical form.'],
    ['a member twice', text.replace('{', '{"v":1,'), 'The entry is not in canonical form.'],
    ['an escape that is not needed', text.replace('WF', '\\u0057F'), 'The entry is not in canonical form.'],
    ['a number in another spelling', text.replace('"v":1', '"v":1.0'), 'The entry is not in canonical form.'],
    ['-0', text.replace('"seq":0', '"seq":-0'), 'The entry is not in canonical form.'],
    ['a lone surrogate in the subject', text.replace('WF-2024', '\\ud800'), 'The entry is not in canonical form.'],
    ['a byte order mark', `\ufeff${text}`, 'The entry is not JSON.'],
    ['nothing', '', 'The entry is not JSON.'],
    ['half of it', text.slice(0, text.length / 2), 'The entry is not JSON.'],
    ['null', 'null', 'The entry does not have the form of an entry: Invalid input: expected object, received null.'],
    ['a list', '[]', 'The entry does not have the form of an entry: Invalid input: expected object, received array.'],
    [
      'a member that it does not have',
      text.replace('{', '{"aa":1,'),
      'The entry does not have the form of an entry: Unrecognized key: "aa".',
    ],
    [
      'a member __proto__',
      text.replace('{', '{"__proto__":{},'),
      'The entry does not have the form of an entry: Unrecognized key: "__proto__".',
    ],
    [
      'a date that does not exist',
      text.replaceAll(entry.at, '2023-02-29T00:00:00.000Z'),
      'The entry does not have the form of an entry at "at": is not a date that exists.',
    ],
    [
      'deep nesting',
      '['.repeat(8000) + ']'.repeat(8000),
      'The entry does not have the form of an entry: Invalid input: expected object, received array.',
    ],
  ])('with %s is refused', (_, candidate, reason) => {
    expect(candidate).not.toBe(text);
    expect(why(utf8(candidate))).toBe(reason);
  });

  it('that is not UTF-8 is refused', () => {
    expect(why(utf8(text).with(20, 0xff))).toBe('The entry is not UTF-8 text.');
  });

  it('with any byte changed is refused or says something else, and never throws', () => {
    const bytes = utf8(text);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const parsed = parseEntry(bytes.with(at, value));
        if (bytes[at] !== value && parsed.ok) expect(parsed.entry).not.toEqual(entry);
        if (parsed.ok) expect(encodeEntry(parsed.entry)).toEqual(bytes.with(at, value));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the folder of an entry', () => {
  it.each([
    [0, 'x000/x000/000'],
    [7, 'x000/x000/007'],
    [1234, 'x000/x001/234'],
    [999_999_999, 'x999/x999/999'],
  ])('%d is %s', (seq, folder) => {
    expect(entryFolder(seq)).toBe(folder);
  });

  it.each([-1, 0.5, 1e9, Number.NaN])('is refused for %d', (seq) => {
    expect(() => entryFolder(seq)).toThrow(RangeError);
  });
});

describe('a body', () => {
  const by = { account: 'clerk', host: 'desk-4', program: 'HMS-DTA 0.1.0' };

  it('is committed to as sha256sum sees salt and body one after the other', () => {
    // printf 'saltbody' | sha256sum
    expect(bodyCommit(sha, utf8('salt'), utf8('body'))).toBe('9c94f8772f5f5ad1793fe4c2a9ee85723d15eb37f9603448130c0a95fda4ba04');
  });

  it('begins with the line of its operation', () => {
    const line = bodyLineText({ v: 1, op: 'tag.added', tag: 'final', by });
    expect(line).toBe('{"by":{"account":"clerk","host":"desk-4","program":"HMS-DTA 0.1.0"},"op":"tag.added","tag":"final","v":1}\n');
    expect(parseBodyHead(line, 'tag.added')).toEqual({ v: 1, op: 'tag.added', tag: 'final', by });
    expect(parseBodyHead(line.trimEnd(), 'tag.added')).not.toBeNull();
    expect(parseBodyHead(line, 'tag.removed')).toBeNull();
    expect(parseBodyHead(`${line}\n`, 'tag.added')).toBeNull();
    expect(parseBodyHead(line.replace('final', 'v7'), 'tag.added')).toBeNull();
    expect(parseBodyHead(line.replace(',"op"', ', "op"'), 'tag.added')).toBeNull();
    expect(parseBodyHead('', 'tag.added')).toBeNull();
    expect(parseBodyHead('['.repeat(100_000) + ']'.repeat(100_000), 'tag.added')).toBeNull();
  });

  it('keeps members that a newer program added', () => {
    expect(parseBodyHead(bodyLineText({ v: 1, op: 'key.revoked', reason: 'lost', by, witness: 'two people' }), 'key.revoked')).toMatchObject(
      { witness: 'two people' },
    );
  });

  it.each<[Json]>([
    [{ do: 'add', path: 'a/b.csv', sha256: hashOf('a'), size: 3, mtime: null }],
    [{ do: 'rename', from: 'a', path: 'b' }],
    [{ do: 'remove', path: 'ä' }],
    [{ note: 'symlink', path: 'a', target: '../../etc' }],
  ])('has the line %j', (line) => {
    expect(parseBodyLine(bodyLineText(line))).toEqual(line);
  });

  it.each<[Json]>([
    [{ do: 'add', path: '../a', sha256: hashOf('a'), size: 3, mtime: null }],
    [{ do: 'add', path: 'a', sha256: hashOf('a'), size: -3, mtime: null }],
    [{ do: 'copy', path: 'a' }],
    [{ do: 'remove', path: 'a', more: 1 }],
    [[]],
  ])('does not have the line %j', (line) => {
    expect(parseBodyLine(bodyLineText(line))).toBeNull();
  });
});

describe('a line of a file', () => {
  /** What the contract and RFC 8785 say of a text, without any short cut. */
  function judged(text: string): BodyLine | null {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
      if (canonicalJson(value) !== text) return null;
    } catch {
      return null;
    }
    const parsed = BodyLine.safeParse(value);
    return parsed.success ? parsed.data : null;
  }
  const path = fc.oneof(fc.constantFrom('a', 'a/b', '../a', 'a//b', '', 'é\u2028"\\', '\u0000', 'x\ud800'), fc.string({ unit: 'binary', maxLength: 8 }));
  const line = fc.record({
    do: fc.constantFrom('add', 'replace', 'remove', 'copy'),
    mtime: fc.constantFrom(null, '2024-07-30T23:59:59.000Z', '2024-02-30T00:00:00.000Z', '2024-07-30', 7),
    path,
    sha256: fc.constantFrom(hashOf('a'), hashOf('b'), hashOf('c'), hashOf('a').toUpperCase(), '00', 1),
    size: fc.oneof(fc.nat(), fc.constantFrom(-1, -0, 0.5, 2 ** 53, 1e21, '3', null)),
  });
  const more = fc.option(fc.constant({ more: 1 }), { nil: {}, freq: 2 });
  const asItIs = (text: string): string => text;
  const spoil = fc.constantFrom<(text: string) => string>(asItIs, asItIs, asItIs, asItIs, (text) => `${text} `, (text) => text.replace(':', ': '), (text) => text.replace('"size"', '"sixe"'), (text) => text.replace('"path":"a"', '"path":"\\u0061"'), (text) => text.replace('{', '{"do":"add",'));

  it('is judged as the contract and the canonical form say, whatever it holds', () => {
    let good = 0;
    fc.assert(
      fc.property(line, more, spoil, (members, others, change) => {
        const text = change(JSON.stringify({ ...members, ...others }));
        const expected = judged(text);
        if (expected !== null) good += 1;
        expect(parseBodyLine(text)).toEqual(expected);
        if (expected !== null) expect(changeLineText(expected)).toBe(`${text}\n`);
      }),
      { numRuns: 2000 },
    );
    expect(good).toBeGreaterThan(0);
  });
});

describe('an entry of the plain form', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
  const instant = fc.date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }).map((date) => date.toISOString());
  const ref = fc.record({ ref: fc.string({ minLength: 1, maxLength: 12 }), sha256: hex });
  const base64 = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  const uuid = fc.uuid();
  const shaped = fc.record({
    v: fc.constantFrom(1, 1, 1, 2),
    lake: uuid,
    seq: fc.integer({ min: 0, max: 999_999_999 }),
    prev: hex,
    at: instant,
    clock: instant,
    txn: fc.uuid({ version: 7 }),
    actor: hex,
    station: hex,
    op: fc.constantFrom('tag.added', 'body.destroyed', 'dataset.sung'),
    subject: fc.oneof(fc.constantFrom('lake', 'dataset:SET', 'version:A:v1'), fc.string({ minLength: 1, maxLength: 30 })),
    inputs: fc.array(ref, { maxLength: 3 }),
    outputs: fc.array(ref, { maxLength: 3 }),
    body: fc.option(fc.record({ commit: hex, size: fc.nat() })),
    sig: base64,
  });

  it('is seen to be what the schema and the canonical form say that it is', () => {
    let plain = 0;
    fc.assert(
      fc.property(shaped, (made) => {
        const written = fromUtf8(canonicalBytes(made as Json)) ?? '';
        const found = parsePlainEntry(written);
        if (found === null) return;
        plain++;
        expect(parseEntry(utf8(written))).toEqual({ ok: true, entry: found });
        expect(signedPartOfPlain(written, found)).toBe(fromUtf8(entrySigningBytes(found)));
      }),
      { numRuns: 300 },
    );
    expect(plain).toBeGreaterThan(50);
  });

  it('is never seen where one character more, less or other makes the schema refuse it', () => {
    const written = fromUtf8(canonicalBytes(plainOf(entry) as never)) ?? '';
    expect(parsePlainEntry(written)).not.toBeNull();
    const other = fc.constantFrom(...'"\\{}[],: 0189abfgzAZ+/=-TZ.\u0000é'.split(''));
    fc.assert(
      fc.property(fc.nat({ max: written.length - 1 }), fc.constantFrom('other', 'less', 'more', 'twice'), other, (at, how, character) => {
        const changed = written.slice(0, at) + (how === 'less' ? '' : how === 'twice' ? written.slice(at, at + 1).repeat(2) : character + (how === 'more' ? written.slice(at, at + 1) : '')) + written.slice(at + 1);
        expect(parseEntrySoon(utf8(changed))).toEqual(parseEntry(utf8(changed)));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['1900-02-29', false],
    ['2000-02-29', true],
    ['2024-04-31', false],
    ['2024-12-31', true],
    ['2024-00-10', false],
    ['2024-13-10', false],
    ['2024-01-00', false],
  ])('has a day that exists: %s', (day, exists) => {
    const written = fromUtf8(canonicalBytes({ ...plainOf(entry), at: `${day}T23:59:59.999Z` } as never)) ?? '';
    expect([parsePlainEntry(written) !== null, parseEntry(utf8(written)).ok]).toEqual([exists, exists]);
  });

  it('may have 64 references in a list and not one more', () => {
    const refs = (count: number) => Array.from({ length: count }, () => ({ ref: 'a', sha256: hashOf('a') }));
    for (const [count, is] of [[64, true], [65, false]] as const) {
      const written = fromUtf8(canonicalBytes({ ...plainOf(entry), inputs: refs(count) } as never)) ?? '';
      expect([parsePlainEntry(written) !== null, parseEntry(utf8(written)).ok]).toEqual([is, is]);
    }
  });
});

function plainOf({ act: _act, ...rest }: Entry): Omit<Entry, 'act'> {
  return rest;
}
