import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LogicalPath } from '../../../../src/contract/index.ts';
import { HeadStateCollector, isContentPath, isLogicalPath, type HeadStateResult } from '../../../../src/core/ocfl/index.ts';
import { bytes } from './support.ts';

const D1 = '1'.repeat(64);
const D2 = '2'.repeat(64);
const D3 = '3'.repeat(64);

const version = (state: Record<string, string[]>): unknown => ({ created: '2024-01-01T00:00:00.000Z', message: 'm', state, user: { address: 'a:b', name: 'n' } });

const two = {
  id: 'hms:WF',
  type: 'https://ocfl.io/1.1/spec/#inventory',
  digestAlgorithm: 'sha256',
  head: 'v2',
  manifest: { [D1]: ['v1/content/a'], [D2]: ['v2/content/b', 'v2/content/c'] },
  versions: { v1: version({ [D1]: ['a'] }), v2: version({ [D1]: ['d'], [D2]: ['b', 'x/y'] }) },
};

function collect(inventory: unknown, wanted: string | null = null): HeadStateResult {
  const collector = new HeadStateCollector(wanted);
  collector.feed(bytes(typeof inventory === 'string' ? inventory : JSON.stringify(inventory)));
  return collector.end();
}

function codes(result: HeadStateResult): string[] {
  return result.ok ? [] : result.findings.map((finding) => finding.code);
}

describe('the state of one version of an inventory', () => {
  it('is the head with its manifest', () => {
    expect(collect(two)).toEqual({
      ok: true,
      value: {
        id: 'hms:WF',
        head: 'v2',
        versions: ['v1', 'v2'],
        manifest: new Map([
          [D1, ['v1/content/a']],
          [D2, ['v2/content/b', 'v2/content/c']],
        ]),
        state: new Map([
          ['d', D1],
          ['b', D2],
          ['x/y', D2],
        ]),
      },
    });
  });

  it('is an older version where one is named', () => {
    const result = collect(two, 'v1');
    expect(result.ok && result.value.state).toEqual(new Map([['a', D1]]));
    expect(result.ok && result.value.head).toBe('v2');
  });

  it('may be empty', () => {
    const result = collect({ ...two, head: 'v1', manifest: {}, versions: { v1: version({}) } });
    expect(result.ok && result.value.state.size).toBe(0);
  });

  it('comes in one pass when head stands behind versions but is the last of them', () => {
    const { head, ...rest } = two;
    expect(collect({ ...rest, head }).ok).toBe(true);
  });

  it('asks for a second pass when head stands behind versions and is not the last', () => {
    const { head, versions, ...rest } = two;
    const foreign = { ...rest, versions: { v2: versions.v2, v1: versions.v1 }, head };
    expect(collect(foreign)).toEqual({ ok: false, findings: [], again: 'v2' });
    const second = collect(foreign, 'v2');
    expect(second.ok && [...second.value.state.keys()]).toEqual(['d', 'b', 'x/y']);
  });

  it.each([
    ['a version that is not there', two, 'v9', 'E040'],
    ['a head that is not there', { ...two, head: 'v3' }, null, 'E040'],
    ['another digest algorithm', { ...two, digestAlgorithm: 'sha512' }, null, 'E025'],
    ['a digest in upper case', { ...two, manifest: { ...two.manifest, ['A'.repeat(64)]: ['v1/content/z'] } }, null, 'E030'],
    ['a digest without content', { ...two, versions: { ...two.versions, v2: version({ [D3]: ['b'] }) } }, null, 'E050'],
    ['a file twice under one digest', { ...two, versions: { ...two.versions, v2: version({ [D1]: ['b', 'b'] }) } }, null, 'E095'],
    ['a file that is also a folder', { ...two, versions: { ...two.versions, v2: version({ [D1]: ['a/b'], [D2]: ['a'] }) } }, null, 'E095'],
    ['a file outside', { ...two, versions: { ...two.versions, v2: version({ [D1]: ['../../etc/passwd'] }) } }, null, 'E052'],
    ['an absolute file', { ...two, versions: { ...two.versions, v2: version({ [D1]: ['/etc/passwd'] }) } }, null, 'E052'],
    ['content outside', { ...two, manifest: { [D1]: ['v1/content/../../../x'], [D2]: ['v2/content/b'] } }, null, 'E099'],
    ['content beside the versions', { ...two, manifest: { [D1]: ['inventory.json'], [D2]: ['v2/content/b'] } }, null, 'E099'],
    ['a member that OCFL does not know', { ...two, extra: 1 }, null, 'E102'],
  ])('is refused with %s', (_name, inventory, wanted, code) => {
    const result = collect(inventory, wanted);
    expect(result).toMatchObject({ ok: false, again: null });
    expect(codes(result)).toContain(code);
  });

  it.each([
    ['cut short', JSON.stringify(two).slice(0, -1), 'E033'],
    ['with a version twice', JSON.stringify(two).replace('"v1":', '"v2":'), 'E034'],
    ['with two heads', JSON.stringify(two).replace('"head":"v2"', '"head":"v2","head":"v1"'), 'E034'],
  ])('is refused from an inventory %s', (_name, text, code) => {
    expect(codes(collect(text))).toContain(code);
  });

  it('says one of each kind, where the inventory has thousands', () => {
    const state = { [D1]: Array.from({ length: 5000 }, (_, n) => `../${String(n)}`) };
    expect(codes(collect({ ...two, versions: { ...two.versions, v2: version(state) } }))).toEqual(['E052']);
  });
});

describe('paths', () => {
  it('are judged as the contract judges logical paths', () => {
    const part = fc.constantFrom('', '.', '..', '...', 'a', '.a', 'a.', '\0', '\ud800', '😀', '\n', '..a', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/')), (path) => {
        expect(isLogicalPath(path)).toBe(LogicalPath.safeParse(path).success);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['v1/content/a', 'v01/content/a', 'v12/x/y/z'])('%s is content', (path) => expect(isContentPath(path)).toBe(true));
  it.each(['', 'v1', 'v1/content', 'v1/content/', '/v1/content/a', 'V1/content/a', 'x/content/a', 'v1//a', 'v1/../a', 'v1/content/a\0'])(
    '%j is not content',
    (path) => expect(isContentPath(path)).toBe(false),
  );
});
