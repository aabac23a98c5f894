import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyLine, Instant, LogicalPath } from '../../../../src/contract/index.ts';
import type { Catalog, FileDifference, LinesTaken } from '../../../../src/engine/catalog/index.ts';
import { history, paths, sorted, type Model, type Step } from './history.ts';
import { hashOf, id, LedgerBuilder, memoryCatalog } from './ledger-builder.ts';

const DATASET = id('WF-2024-07');
const path = (text: string) => text as LogicalPath;
const add = (name: string, content: string): BodyLine => ({ do: 'add', path: path(name), sha256: hashOf(content), size: content.length, mtime: null });

function build(steps: readonly Step[]): LedgerBuilder {
  const builder = new LedgerBuilder();
  builder.create();
  for (const [i, step] of steps.entries()) expect(builder.commit(DATASET, i + 1, step.state, step.lines).effect).toBe(true);
  return builder;
}

function destroy(builder: LedgerBuilder, version: number): void {
  builder.add({ op: 'body.destroyed', subject: `entry:${version}`, head: { authority: 'Schedule 12', reason: 'privacy' } });
}

function filesOf(catalog: Catalog, version: number) {
  return [...(catalog.iterateFiles(DATASET, version) ?? [])].map(({ path: at, sha256, size, mtime }) => ({ path: at as string, sha256, size, mtime }));
}

function modelFiles(model: Model) {
  return sorted([...model], ([at]) => at).map(([at, file]) => ({ path: at, ...file }));
}

/** What `differences` must answer, found the slow way. */
function modelDifferences(a: Model, b: Model): FileDifference[] {
  const found: FileDifference[] = [];
  for (const [at, { sha256, size }] of b) {
    const before = a.get(at);
    if (before === undefined) found.push({ kind: 'added', path: path(at), sha256, size });
    else if (before.sha256 !== sha256) found.push({ kind: 'replaced', path: path(at), sha256, size, before: { sha256: before.sha256, size: before.size } });
  }
  for (const [at, { sha256, size }] of a) if (!b.has(at)) found.push({ kind: 'removed', path: path(at), sha256, size });
  const only = (kind: 'added' | 'removed', sha256: string) => found.filter((one) => one.kind === kind && one.sha256 === sha256);
  const renamed = found.flatMap((one): FileDifference[] => {
    const [gone, ...others] = only('removed', one.sha256);
    if (one.kind === 'replaced' || gone === undefined || others.length > 0 || only('added', one.sha256).length !== 1) return [one];
    return one.kind === 'removed' ? [] : [{ kind: 'renamed', path: one.path, from: gone.path, sha256: one.sha256, size: one.size }];
  });
  return sorted(renamed, (one) => one.path);
}

describe('files of versions', () => {
  it('are in every version those of a simple model, in order of UTF-16 code units, with their times and totals', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const catalog = memoryCatalog();
        await build(steps).project(catalog);
        for (const [i, { state }] of steps.entries()) {
          expect(filesOf(catalog, i + 1)).toEqual(modelFiles(state));
          const bytes = [...state.values()].reduce((sum, file) => sum + file.size, 0);
          expect(catalog.version(DATASET, i + 1)).toMatchObject({ files: state.size, bytes, state: 'lines' });
          for (const at of paths) expect(catalog.fileAt(DATASET, i + 1, at)?.sha256).toBe(state.get(at)?.sha256);
        }
        await catalog.close();
      }),
      { numRuns: 60 },
    );
  });

  it('differ between any two versions, forward and back, as the model says', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const catalog = memoryCatalog();
        await build(steps).project(catalog);
        const states = [new Map() as Model, ...steps.map((step) => step.state)];
        for (const [from, a] of states.entries()) {
          for (const [to, b] of states.entries()) {
            const differences = catalog.differences(DATASET, from, to);
            const expected = modelDifferences(a, b);
            expect([...(differences ?? [])]).toEqual(expected);
            const count = (kind: string) => expected.filter((one) => one.kind === kind).length;
            expect(differences?.totals).toEqual({ added: count('added'), removed: count('removed'), replaced: count('replaced'), renamed: count('renamed') });
            differences?.close();
          }
        }
        await catalog.close();
      }),
      { numRuns: 25 },
    );
  });

  it('stay what they are when bodies are destroyed, in any order, and end with the same rows as in a catalog that never saw those bodies', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.shuffledSubarray([1, 2, 3, 4, 5]), async (steps, doomed) => {
        const builder = build(steps);
        const grown = memoryCatalog();
        await builder.project(grown);
        for (const version of doomed.filter((one) => one <= steps.length)) {
          destroy(builder, version);
          await builder.project(grown);
        }
        const rebuilt = memoryCatalog();
        await builder.project(rebuilt);
        for (const [i, { state }] of steps.entries()) {
          const plain = modelFiles(state).map(({ mtime: _mtime, ...file }) => file);
          expect(filesOf(rebuilt, i + 1).map(({ mtime: _mtime, ...file }) => file)).toEqual(plain);
        }
        expect(grown.fingerprint()).toBe(rebuilt.fingerprint());
        await grown.close();
        await rebuilt.close();
      }),
      { numRuns: 60 },
    );
  });

  it('keep the time that a rename carried on past a body that is destroyed', async () => {
    const times = [1, 2].map((n) => `2024-07-0${n}T00:00:00.000Z` as Instant);
    const write = (does: 'add' | 'replace', mtime: Instant | undefined): BodyLine => ({ do: does, path: path('x'), sha256: hashOf('same'), size: 4, mtime: mtime ?? null });
    const at = (name: string): Model => new Map([[name, { sha256: hashOf('same'), size: 4, mtime: null }]]);
    const builder = build([
      { state: at('x'), lines: [write('add', times[0])] },
      { state: at('x'), lines: [write('replace', times[1])] },
      { state: at('y'), lines: [{ do: 'rename', from: path('x'), path: path('y') }] },
    ]);
    const catalog = memoryCatalog();
    await builder.project(catalog);
    expect(catalog.fileAt(DATASET, 3, 'y')?.mtime).toBe(times[1]);
    destroy(builder, 2);
    await builder.project(catalog);
    expect(catalog.fileAt(DATASET, 2, 'x')?.mtime).toBe(times[0]);
    expect(catalog.fileAt(DATASET, 3, 'y')?.mtime).toBe(times[0]);
    destroy(builder, 3);
    await builder.project(catalog);
    expect(catalog.fileAt(DATASET, 3, 'y')?.mtime).toBeNull();
    await catalog.close();
  });

  it('of one version can be set anew in the middle of a history without changing any other version', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, fc.nat(4), async (steps, other, which) => {
        const version = (which % steps.length) + 1;
        const state = other.at(-1)?.state ?? new Map();
        const catalog = memoryCatalog();
        await build(steps).project(catalog);
        await catalog.project(null, (projection) => projection.setState(DATASET, version, [...state].map(([at, file]) => ({ path: path(at), ...file }))));
        for (const [i, step] of steps.entries()) {
          const expected = i + 1 === version ? state : step.state;
          expect(filesOf(catalog, i + 1).map(({ mtime: _mtime, ...file }) => file)).toEqual(modelFiles(expected).map(({ mtime: _mtime, ...file }) => file));
        }
        expect(catalog.version(DATASET, version)).toMatchObject({ files: state.size, state: 'inventory' });
        await catalog.close();
      }),
      { numRuns: 60 },
    );
  });

  it('come in pages that end with the path to go on from', async () => {
    const state: Model = new Map(['c', 'a', 'b'].map((name) => [name, { sha256: hashOf(name), size: 1, mtime: null }]));
    const catalog = memoryCatalog();
    await build([{ state, lines: ['a', 'b', 'c'].map((name) => add(name, name)) }]).project(catalog);
    const first = catalog.files(DATASET, 1, '', 2);
    expect(first).toMatchObject({ files: [{ path: 'a', since: 1 }, { path: 'b' }], next: 'b' });
    expect(catalog.files(DATASET, 1, first?.next ?? '', 2)).toMatchObject({ files: [{ path: 'c' }], next: null });
    expect(catalog.files(DATASET, 1, '', 3)?.next).toBeNull();
    expect(catalog.files(DATASET, 2, '', 3)).toBeNull();
    await catalog.close();
  });
});

describe('lines of a body', () => {
  const lineResult = async (lines: readonly BodyLine[], files: number, bytes: number): Promise<LinesTaken | undefined> => {
    const builder = new LedgerBuilder();
    builder.create();
    const state: Model = new Map([['kept', { sha256: hashOf('kept'), size: 4, mtime: null }]]);
    builder.commit(DATASET, 1, state, [add('kept', 'kept')]);
    builder.add({
      op: 'version.committed', subject: `version:${DATASET}:v2`, head: { message: 'm', tags: [], root: 'store', files, bytes },
      outputs: [{ ref: `version:${DATASET}:v2`, sha256: hashOf('v2') }],
    });
    const catalog = memoryCatalog();
    await builder.project(catalog, 2);
    const written = await catalog.project(2, (projection) => {
      projection.apply(2, builder.judgeLeaf(2, projection.view), 'present');
      return projection.addLines(DATASET, 2, lines);
    });
    await catalog.close();
    return written.kind === 'done' ? written.value : undefined;
  };

  it('fit where they speak of what is there and lead to the totals that the body gives', async () => {
    expect(await lineResult([{ do: 'rename', from: path('kept'), path: path('moved') }], 1, 4)).toEqual({ kind: 'taken', totals: { files: 1, bytes: 4 }, fits: true });
  });

  it('do not fit where they remove or rename what is not there, name a path twice, or lead to other totals', async () => {
    const totals = { files: 1, bytes: 4 };
    expect(await lineResult([{ do: 'remove', path: path('never') }], 1, 4)).toEqual({ kind: 'taken', totals, fits: false });
    expect(await lineResult([{ do: 'rename', from: path('never'), path: path('x') }], 1, 4)).toEqual({ kind: 'taken', totals, fits: false });
    expect(await lineResult([add('x', 'x'), add('x', 'xx')], 2, 5)).toEqual({ kind: 'taken', totals: { files: 2, bytes: 5 }, fits: false });
    expect(await lineResult([add('x', 'x')], 3, 5)).toEqual({ kind: 'taken', totals: { files: 2, bytes: 5 }, fits: false });
  });

  it('keep what was met and not taken', async () => {
    const builder = new LedgerBuilder();
    builder.create();
    builder.commit(DATASET, 1, new Map(), [
      { note: 'emptyFolder', path: 'e' }, { note: 'symlink', path: 'l', target: '/etc' }, { note: 'special', path: 'p', kind: 'pipe' },
    ]);
    const catalog = memoryCatalog();
    await builder.project(catalog);
    expect(catalog.notes(DATASET, 1)).toEqual([
      { note: 'emptyFolder', path: 'e', detail: null }, { note: 'symlink', path: 'l', detail: '/etc' }, { note: 'special', path: 'p', detail: 'pipe' },
    ]);
    destroy(builder, 1);
    await builder.project(catalog);
    expect(catalog.notes(DATASET, 1)).toEqual([]);
    await catalog.close();
  });

  it('say nothing where the files of the version before are not known; the state of the inventory does', async () => {
    const builder = new LedgerBuilder();
    builder.create();
    const commit = (version: number) => builder.add({
      op: 'version.committed', subject: `version:${DATASET}:v${version}`, head: null, outputs: [{ ref: `version:${DATASET}:v${version}`, sha256: hashOf('v') }],
    });
    commit(1);
    commit(2);
    const catalog = memoryCatalog();
    await catalog.project(0, async (projection) => {
      for (let seq = 0; seq < 3; seq++) projection.apply(seq, builder.judgeLeaf(seq, projection.view), 'missing');
      expect(await projection.addLines(DATASET, 2, [add('a', 'a')])).toEqual({ kind: 'baseUnknown' });
    });
    expect(catalog.version(DATASET, 1)).toMatchObject({ state: 'unknown', files: null, bytes: null, message: null, bodyFound: 'missing' });
    expect(catalog.files(DATASET, 1, '', 10)).toBeNull();
    expect(catalog.differences(DATASET, 0, 1)).toBeNull();
    // The later one first: order does not matter.
    await catalog.project(null, (projection) => projection.setState(DATASET, 2, [{ path: path('b'), sha256: hashOf('b'), size: 7 }]));
    await catalog.project(null, (projection) => projection.setState(DATASET, 1, [{ path: path('a'), sha256: hashOf('a'), size: 5 }]));
    expect(filesOf(catalog, 1)).toEqual([{ path: 'a', sha256: hashOf('a'), size: 5, mtime: null }]);
    expect(filesOf(catalog, 2)).toEqual([{ path: 'b', sha256: hashOf('b'), size: 7, mtime: null }]);
    expect(catalog.totals()).toMatchObject({ datasets: 1, versions: 2, files: 1, bytes: 7 });
    await catalog.close();
  });
});

describe('a voided version', () => {
  it('has the files of the version before, or none', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const builder = build(steps);
        const last = steps.length;
        builder.add({ op: 'version.voided', subject: `version:${DATASET}:v${last}`, head: { reason: 'lost' }, outputs: [{ ref: `version:${DATASET}:v${last}`, sha256: hashOf('void') }] });
        const catalog = memoryCatalog();
        await builder.project(catalog);
        const before = steps.at(-2)?.state ?? new Map();
        expect(filesOf(catalog, last)).toEqual(modelFiles(before));
        expect(catalog.version(DATASET, last)).toMatchObject({ hash: hashOf('void'), files: before.size, voided: { seq: last + 1, reason: 'lost' } });
        await catalog.close();
      }),
      { numRuns: 25 },
    );
  });
});
