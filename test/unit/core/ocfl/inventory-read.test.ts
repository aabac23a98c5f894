import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { InventoryReader, MAX_INVENTORY_FINDINGS } from '../../../../src/core/ocfl/index.ts';
import { bytes, cut, eventList } from './support.ts';

const D1 = 'a'.repeat(64);
const D2 = 'b'.repeat(64);

const good = {
  id: 'hms:WF',
  type: 'https://ocfl.io/1.1/spec/#inventory',
  digestAlgorithm: 'sha256',
  head: 'v1',
  contentDirectory: 'content',
  manifest: { [D1]: ['v1/content/a', 'v1/content/b'], [D2]: [] },
  versions: {
    v1: {
      created: '2024-07-30T23:59:59Z',
      message: 'first',
      state: { [D1]: ['a', 'é/b'] },
      user: { address: 'mailto:a@example.org', name: 'Ann' },
    },
  },
  fixity: { md5: { d41d8: ['v1/content/a'] } },
};

function read(text: string, at: readonly number[] = []): { readonly events: string[]; readonly found: string[] } {
  const { events, listener } = eventList();
  const reader = new InventoryReader(listener);
  for (const part of cut(bytes(text), at)) reader.feed(part);
  return { events, found: reader.end().map((finding) => `${finding.code} ${finding.severity} ${finding.message}`) };
}

/** The good inventory with one member, named by its way, set to another value, or taken away where the value is undefined. */
function altered(way: readonly string[], value: unknown): string {
  const copy = structuredClone(good) as unknown as Record<string, unknown>;
  let place = copy;
  for (const name of way.slice(0, -1)) place = place[name] as Record<string, unknown>;
  place[way.at(-1) ?? ''] = value;
  return JSON.stringify(copy);
}

describe('an inventory that is read', () => {
  it('tells all that it says, in its order', () => {
    expect(read(JSON.stringify(good, null, 2))).toEqual({
      found: [],
      events: [
        'field id hms:WF',
        'field type https://ocfl.io/1.1/spec/#inventory',
        'field digestAlgorithm sha256',
        'field head v1',
        'field contentDirectory content',
        `contentDigest ${D1}`,
        `content ${D1} v1/content/a`,
        `content ${D1} v1/content/b`,
        `contentDigest ${D2}`,
        'version v1',
        'versionField v1 created 2024-07-30T23:59:59Z',
        'versionField v1 message first',
        `stateDigest v1 ${D1}`,
        `state v1 ${D1} a`,
        `state v1 ${D1} é/b`,
        'versionField v1 userAddress mailto:a@example.org',
        'versionField v1 userName Ann',
        'fixity md5 d41d8 v1/content/a',
      ],
    });
  });

  it('tells the same at any cuts', () => {
    const text = altered(['versions', 'v1', 'extra'], [{ x: [1, 'y'] }, null]);
    const whole = read(text);
    fc.assert(fc.property(fc.array(fc.nat(text.length)), (at) => void expect(read(text, at)).toEqual(whole)));
  });

  it.each([
    [['id'], 'E036', 'The inventory has no "id".'],
    [['type'], 'E036', 'The inventory has no "type".'],
    [['digestAlgorithm'], 'E036', 'The inventory has no "digestAlgorithm".'],
    [['head'], 'E036', 'The inventory has no "head".'],
    [['manifest'], 'E041', 'The inventory has no "manifest".'],
    [['versions'], 'E043', 'The inventory has no "versions".'],
    [['versions', 'v1', 'created'], 'E048', '"versions" / "v1" has no "created".'],
    [['versions', 'v1', 'state'], 'E048', '"versions" / "v1" has no "state".'],
    [['versions', 'v1', 'user', 'name'], 'E054', '"versions" / "v1" / "user" has no "name".'],
  ])('that lacks %j gives %s', (way, code, message) => {
    expect(read(altered(way, undefined)).found).toEqual([`${code} error ${message}`]);
  });

  it.each([
    [['contentDirectory']],
    [['fixity']],
    [['versions', 'v1', 'message']],
    [['versions', 'v1', 'user']],
    [['versions', 'v1', 'user', 'address']],
  ])('may lack %j', (way) => {
    expect(read(altered(way, undefined)).found).toEqual([]);
  });

  it.each([
    [['id'], 1, 'E037', '"id" is not a string.'],
    [['type'], null, 'E038', '"type" is not a string.'],
    [['digestAlgorithm'], ['sha256'], 'E033', '"digestAlgorithm" is not a string.'],
    [['head'], 1, 'E040', '"head" is not a string.'],
    [['contentDirectory'], {}, 'E033', '"contentDirectory" is not a string.'],
    [['manifest'], [], 'E106', '"manifest" is not an object.'],
    [['manifest', D1], 'v1/content/a', 'E092', `"manifest" / "${D1}" is not an array.`],
    [['manifest', D1], [1], 'E092', `A value in "manifest" / "${D1}" is not a string.`],
    [['versions'], 'v1', 'E044', '"versions" is not an object.'],
    [['versions', 'v1'], true, 'E047', '"versions" / "v1" is not an object.'],
    [['versions', 'v1', 'created'], 5, 'E049', '"versions" / "v1" / "created" is not a string.'],
    [['versions', 'v1', 'message'], {}, 'E094', '"versions" / "v1" / "message" is not a string.'],
    [['versions', 'v1', 'state'], ['a'], 'E050', '"versions" / "v1" / "state" is not an object.'],
    [['versions', 'v1', 'state', D1], 'a', 'E050', `"versions" / "v1" / "state" / "${D1}" is not an array.`],
    [['versions', 'v1', 'state', D1], ['a', ['b']], 'E051', `A value in "versions" / "v1" / "state" / "${D1}" is not a string.`],
    [['versions', 'v1', 'user'], 'Ann', 'E054', '"versions" / "v1" / "user" is not an object.'],
    [['versions', 'v1', 'user', 'name'], 1, 'E054', '"versions" / "v1" / "user" / "name" is not a string.'],
    [['versions', 'v1', 'user', 'address'], 1, 'E033', '"versions" / "v1" / "user" / "address" is not a string.'],
    [['fixity'], 'md5', 'E111', '"fixity" is not an object.'],
    [['fixity', 'md5'], [], 'E057', '"fixity" / "md5" is not an object.'],
    [['fixity', 'md5', 'd41d8'], 'v1/content/a', 'E057', '"fixity" / "md5" / "d41d8" is not an array.'],
    [['extra'], { id: 1, versions: [] }, 'E102', '"extra" is not a member that OCFL knows.'],
    [['versions', 'v1', 'Created'], 1, 'E102', '"versions" / "v1" / "Created" is not a member that OCFL knows.'],
    [['versions', 'v1', 'user', 'orcid'], [], 'E102', '"versions" / "v1" / "user" / "orcid" is not a member that OCFL knows.'],
  ])('with %j set to %j gives one finding and goes on behind it', (way, value, code, message) => {
    const { events, found } = read(altered(way, value));
    expect(found).toEqual([`${code} error ${message}`]);
    expect(events.at(-1)).toMatch(/^fixity|^versionField/);
  });

  it.each([
    ['constructor', '{"constructor":1}'],
    ['__proto__', '{"__proto__":1}'],
  ])('does not take the member %s for one that it knows', (name, text) => {
    expect(read(text).found[0]).toBe(`E102 error "${name}" is not a member that OCFL knows.`);
  });

  it.each([
    ['{"id":"a","id":"b"}', 'E034 note "id" is written twice; programs may differ about which one counts.', ['field id a', 'field id b']],
    [
      `{"versions":{"v1":{"state":{"${D1}":["a"],"${D1}":["b"]}}}}`,
      `E034 note "versions" / "v1" / "state" / "${D1}" is written twice; programs may differ about which one counts.`,
      ['version v1', `stateDigest v1 ${D1}`, `state v1 ${D1} a`, `stateDigest v1 ${D1}`, `state v1 ${D1} b`],
    ],
    [
      '{"versions":{"v2":{},"v1":{},"v2":{}}}',
      'E034 note "versions" / "v2" is written twice; programs may differ about which one counts.',
      ['version v2', 'version v1', 'version v2'],
    ],
    [
      '{"manifest":{"ab":["x"],"AB":["y"]}}',
      'E096 error "manifest" / "AB" is written twice; programs may differ about which one counts.',
      ['contentDigest ab', 'content ab x', 'contentDigest AB', 'content AB y'],
    ],
    [
      '{"fixity":{"md5":{"c":["x"],"b":["x"],"C":["y"]}}}',
      'E097 error "fixity" / "md5" / "C" is written twice; programs may differ about which one counts.',
      ['fixity md5 c x', 'fixity md5 b x', 'fixity md5 C y'],
    ],
  ])('with a name that comes twice says so and tells both: %s', (text, finding, told) => {
    const { events, found } = read(text);
    expect(found).toContain(finding);
    expect(events).toEqual(told);
  });

  it.each(['[]', '"x"', '5', 'null'])('that is %s is not an object', (text) => {
    expect(read(text).found).toEqual(['E033 error The inventory is not an object.']);
  });

  it('that is not JSON keeps what was read and says where it ends', () => {
    const { events, found } = read('{"id":"a","head":"v1",}');
    expect(events).toEqual(['field id a', 'field head v1']);
    expect(found).toEqual(['E033 error The inventory is not readable JSON. Here the JSON text should have a name in quotes (byte 22).']);
  });

  it('with a fault in every line does not fill memory', () => {
    const text = `{"manifest":{${Array.from({ length: 5000 }, (_, n) => `"${String(n).padStart(5, '0')}":1`).join(',')}}}`;
    const { found } = read(text);
    expect(found).toHaveLength(MAX_INVENTORY_FINDINGS + 1);
    expect(found.at(-1)).toBe('MORE error The inventory has more faults than are listed here.');
  });

  it('says where it is, and shortens a name without end', () => {
    const reader = new InventoryReader(eventList().listener, 'v3/inventory.json');
    reader.feed(bytes(`{"${'x'.repeat(500)}":1}`));
    expect(reader.findings.slice(0, 1)).toEqual([
      { code: 'E102', severity: 'error', path: 'v3/inventory.json', message: `"${'x'.repeat(80)}…" is not a member that OCFL knows.` },
    ]);
  });
});
