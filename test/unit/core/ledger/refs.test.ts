import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forkRefText, parseForkRef, parseSubject, subjectText } from '../../../../src/core/index.ts';

const hash = 'ab'.repeat(32);
const uuid = '01907c3e-5b4a-4d51-9c62-0123456789ab';

describe('a subject', () => {
  it.each<[string, unknown]>([
    ['lake', { kind: 'lake' }],
    ['dataset:WF-2024-07', { kind: 'dataset', id: 'WF-2024-07' }],
    ['version:WF-2024-07:v12', { kind: 'version', id: 'WF-2024-07', version: 12 }],
    [`raw:${uuid}`, { kind: 'raw', uuid }],
    ['table:fires:v3', { kind: 'table', name: 'fires', version: 3 }],
    ['cube:fires_by_day:v1', { kind: 'cube', name: 'fires_by_day', version: 1 }],
    [`contract:fires:${hash}`, { kind: 'contract', name: 'fires', sha256: hash }],
    [`key:${hash}`, { kind: 'key', id: hash }],
    ['entry:0', { kind: 'entry', seq: 0 }],
    ['entry:999999999', { kind: 'entry', seq: 999999999 }],
    ['tier:2', { kind: 'tier', tier: 2 }],
    [`request:${uuid}`, { kind: 'request', uuid }],
  ])('%s is read and written back', (text, subject) => {
    const parsed = parseSubject(text);
    expect(parsed).toEqual(subject);
    expect(parsed && subjectText(parsed)).toBe(text);
  });

  it.each([
    '',
    'lake:',
    'lake:x',
    'Lake',
    'dataset',
    'dataset:',
    'dataset:a/b',
    'dataset:CON',
    'dataset:nul.txt',
    'dataset:a.',
    'dataset:.a',
    'dataset:a:v1',
    `dataset:${'a'.repeat(65)}`,
    'version:a',
    'version:a:1',
    'version:a:v0',
    'version:a:v01',
    'version:a:v1.0',
    'version:a:v1:',
    'version:a:v1234567890',
    'version:a:draft',
    'table:Fires:v1',
    'table:fires',
    'table:1fires:v1',
    `contract:fires:${hash.toUpperCase()}`,
    'contract:fires:v1',
    `key:${hash.slice(1)}`,
    `key:${hash}:v1`,
    'entry:-1',
    'entry:01',
    'entry:1e3',
    'entry:1000000000',
    `raw:${uuid.toUpperCase()}`,
    `raw:${uuid}\n`,
    'tier:',
    'thing:1',
    'constructor:1',
    'version:__proto__:v1',
  ])('is not read from %j', (text) => {
    expect(parseSubject(text)).toBeNull();
  });

  it('is never read from a text that would be written otherwise', () => {
    const part = fc.oneof(
      fc.constantFrom('lake', 'dataset', 'version', 'table', 'key', 'entry', 'v1', 'v0', '01', 'a', hash, uuid, ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const text = parts.join(':');
        const subject = parseSubject(text);
        if (subject !== null) expect(subjectText(subject)).toBe(text);
      }),
    );
  });
});

describe('a reference to the origin of a fork', () => {
  it('names lake and size', () => {
    const point = parseForkRef(`lake:${uuid}@412`);
    expect(point).toEqual({ lake: uuid, size: 412 });
    expect(point && forkRefText(point)).toBe(`lake:${uuid}@412`);
  });

  const bad = [`lake:${uuid}`, `lake:${uuid}@`, `lake:${uuid}@01`, `lake:${uuid}@-1`, `lake:${uuid.slice(1)}@1`, `${uuid}@1`];
  it.each(bad)('is not read from %s', (text) => {
    expect(parseForkRef(text)).toBeNull();
  });
});
