import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyHead, KeyId, LakeId, Tag } from '../../../../src/contract/index.ts';
import { LedgerState, parseEntry, type LedgerView } from '../../../../src/core/index.ts';
import { hashOf, id, keyNamed, LedgerBuilder, memoryCatalog, type Act } from './ledger-builder.ts';

const names = ['WF-2024-07', 'wf-2024-07', 'Air', 'Soil.B', 'x'];
const tags = ['raw', 'clean'] as Tag[];
const keys = ['station-1', 'station-2', 'officer-1', 'recovery'].map((name, i) => keyNamed(name, (['station', 'station', 'officer', 'recovery'] as const)[i]));

const name = fc.constantFrom(...names);
const number = fc.integer({ min: 1, max: 3 });
const target = fc.tuple(name, number).map(([of, version]) => `version:${of}:v${version}`);
const lost = fc.boolean().map((here) => !here);
const withBody = (head: object, gone: boolean) => (gone ? null : (head as Omit<BodyHead, 'v' | 'op' | 'by'>)) as Act['head'];

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ op: fc.constant('dataset.created' as const), of: name, tags: fc.subarray(tags), gone: lost }).map(({ op, of, tags: first, gone }) => ({
    op, subject: `dataset:${of}`, head: withBody({ root: 'raw', tags: first }, gone),
  })),
  { weight: 3, arbitrary: fc.record({ of: name, version: number, tags: fc.subarray(tags), gone: lost }).map(({ of, version, tags: own, gone }) => ({
    op: 'version.committed' as const, subject: `version:${of}:v${version}`, outputs: [{ ref: `version:${of}:v${version}`, sha256: hashOf(`${of} ${version}`) }],
    head: withBody({ message: 'm', tags: own, root: 'store', files: 0, bytes: 0 }, gone), lines: gone ? undefined : [],
  } as Act)) },
  fc.record({ op: fc.constantFrom('tag.added' as const, 'tag.removed' as const), subject: target, tag: fc.constantFrom(...tags), gone: lost }).map(({ op, subject, tag, gone }) => ({
    op, subject, head: withBody({ tag }, gone),
  })),
  fc.record({ of: name, alias: name, gone: lost }).map(({ of, alias, gone }) => ({ op: 'alias.added' as const, subject: `dataset:${of}`, head: withBody({ alias }, gone) })),
  fc.record({ of: name }).map(({ of }) => ({ op: 'dataset.described' as const, subject: `dataset:${of}`, head: { description: { title: of } } })),
  target.map((subject) => ({ op: 'version.withdrawn' as const, subject, head: { reason: 'r' } })),
  target.map((subject) => ({ op: 'version.voided' as const, subject, head: { reason: 'r' }, outputs: [{ ref: subject, sha256: hashOf('void') }] })),
  target.map((subject) => ({ op: 'version.exported' as const, subject, head: { name: 'p.zip', bytes: 1, payload: { files: 1, octets: 1 }, signer: 's' }, outputs: [{ ref: 'package', sha256: hashOf('p') }] })),
  fc.constantFrom(...keys).map((key) => ({ op: 'key.enrolled' as const, subject: `key:${key.id}`, key, head: { name: 'n', certificate: 'AA==', fingerprint: hashOf('c') } })),
  fc.constantFrom(...keys.slice(1)).map((key) => ({ op: 'key.revoked' as const, subject: `key:${key.id}`, key, head: { reason: 'r' } })),
  fc.tuple(fc.constantFrom(...keys.slice(1)), fc.constantFrom(...keys)).map(([old, key]) => ({
    op: 'key.rotated' as const, subject: `key:${old.id}`, key, head: { name: 'n', certificate: 'AA==', fingerprint: hashOf('c'), reason: 'r' },
  })),
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 15 }).map((seq) => ({ op: 'body.destroyed' as const, subject: `entry:${seq}`, head: { authority: 'Schedule 12', reason: 'r' } })) },
  fc.constant({ op: 'clock.accepted' as const, subject: 'lake', head: { reason: 'r', server: null, offset: 5 } }),
);
const spoiled: fc.Arbitrary<Act> = fc.record({ of: act, spoil: fc.constantFrom('bytes' as const, 'prev' as const, 'txn' as const, 'at' as const, 'newer' as const) }).map(({ of, spoil }) => ({ ...of, spoil }));
const acts = fc.array(fc.oneof({ weight: 8, arbitrary: act }, { weight: 1, arbitrary: spoiled }), { minLength: 5, maxLength: 25 });

/** So that random acts find something to act on. */
function begun(): LedgerBuilder {
  const builder = new LedgerBuilder();
  builder.create();
  builder.add({ op: 'dataset.created', subject: 'dataset:WF-2024-07', head: { root: 'store', tags: ['raw' as Tag] } });
  for (const version of [1, 2]) builder.commit('WF-2024-07', version, new Map(), [], { tags: ['clean'] });
  builder.commit('Air', 1, new Map(), [], { tags: ['raw', 'clean'] });
  builder.add({ op: 'alias.added', subject: 'dataset:Air', head: { alias: id('x') } });
  return builder;
}

function answers(view: LedgerView, builder: LedgerBuilder) {
  return {
    size: view.size,
    last: [view.lastLeafHash, view.lastEffectiveAt, view.stations],
    keys: keys.map((key) => { const found = view.key(key.id as KeyId); return found && { ...found, spki: Buffer.from(found.spki).toString('hex') }; }),
    names: names.map((of) => view.nameOwner(of.toLowerCase())),
    datasets: names.map((of) => view.dataset(id(of))),
    versions: names.flatMap((of) => [1, 2, 3].map((version) => [view.version(id(of), version), ...tags.map((tag) => view.hasTag(id(of), version, tag))])),
    entries: builder.leaves.map((leaf, seq) => {
      const parsed = parseEntry(leaf.bytes);
      return [view.entryBody(seq), view.opOf(seq), parsed.ok && view.txnSeen(parsed.entry.txn)];
    }),
    beyond: [view.entryBody(builder.leaves.length), view.opOf(1_000_000)],
  };
}

describe('the ledger view of the catalog', () => {
  it('answers after every entry of random ledgers exactly what core\'s state answers', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const builder = begun();
        const catalog = memoryCatalog();
        const step = async () => {
          await builder.project(catalog);
          expect(answers(catalog.view, builder)).toEqual(answers(builder.state, builder));
        };
        await step();
        for (const one of list) {
          builder.add(one);
          await step();
        }
        await catalog.close();
      }),
      { numRuns: 40 },
    );
  });

  it('answers the same as core\'s state in the ledger of a fork, whose entries name what its origin left', async () => {
    await fc.assert(
      fc.asyncProperty(acts, acts, async (before, after) => {
        const origin = begun();
        const catalog = memoryCatalog();
        await origin.project(catalog);
        // One after another, as the state has seen them: a body that is destroyed later was still there when the entries behind it were judged.
        for (const one of before) {
          origin.add(one);
          await origin.project(catalog);
        }
        const fork = new LedgerBuilder('0190a000-0000-4000-8000-000000000002' as LakeId, LedgerState.forkOf(origin.state), 1_000);
        fork.add({
          op: 'lake.forked', subject: 'lake', key: fork.station, head: { reason: 'r' },
          inputs: [{ ref: `lake:${origin.lake}@${origin.leaves.length}`, sha256: hashOf('root') }], outputs: [{ ref: 'lake.json', sha256: hashOf('lake.json') }],
        });
        await catalog.project(origin.leaves.length, async (projection) => {
          projection.beginFork();
          await fork.projectLeaf(projection, 0);
        });
        for (const one of after) {
          expect(answers(catalog.view, fork)).toEqual(answers(fork.state, fork));
          fork.add(one);
          await fork.project(catalog);
        }
        expect(answers(catalog.view, fork)).toEqual(answers(fork.state, fork));
        await catalog.close();
      }),
      { numRuns: 25 },
    );
  });

  it('comes out the same for a catalog that grew with the ledger and one that is built afterwards, unless it says that it is stale', async () => {
    let destroyed = 0;
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const builder = begun();
        const grown = memoryCatalog();
        await builder.project(grown);
        for (const one of list) {
          builder.add(one);
          await builder.project(grown);
        }
        const rebuilt = memoryCatalog();
        await builder.project(rebuilt);
        if (!grown.position().stale) {
          destroyed += grown.log({ op: 'body.destroyed' }, 100).entries.filter((entry) => entry.effect).length;
          expect(rebuilt.fingerprint()).toBe(grown.fingerprint());
        }
        await grown.close();
        await rebuilt.close();
      }),
      { numRuns: 80 },
    );
    expect(destroyed).toBeGreaterThan(20);
  });
});
