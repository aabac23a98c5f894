import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actionText,
  applyCommit,
  checkpointRows,
  checksumText,
  commitFileName,
  commitInfoLine,
  compareTexts,
  compareValues,
  conflictOf,
  decodePath,
  EMPTY_SNAPSHOT,
  encodePath,
  evolutionFault,
  intentOf,
  parseAction,
  parseSchema,
  parseStats,
  partitionMayMatch,
  partitionText,
  PROTOCOL,
  replayLog,
  schemaFault,
  schemaText,
  statisticJson,
  statsMayMatch,
  statsText,
  versionAt,
} from '../../../../src/core/index.ts';
import type { AddFile, Column, DeltaAction, MetaData } from '../../../../src/core/index.ts';

const column = (name: string, type: Column['type'], nullable = true): Column => ({ name, type, nullable });
const metaData: MetaData = { id: 'a', format: { provider: 'parquet', options: {} }, schemaString: schemaText([column('a', 'long')]), partitionColumns: [], configuration: {} };
const add = (path: string): AddFile => ({ path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true });
const remove = (path: string): DeltaAction => ({ remove: { path, deletionTimestamp: 1, dataChange: true, extendedFileMetadata: true, partitionValues: {}, size: 1 } });
const first: DeltaAction[] = [{ protocol: PROTOCOL }, { metaData }];

describe('paths', () => {
  it('come back as they were, and are ASCII without what RFC 2396 reserves', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..' && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const path = names.join('/');
        const encoded = encodePath(path);
        expect(encoded).toMatch(/^[A-Za-z0-9\-_.!~*'()%/]+$/);
        expect(decodePath(encoded)).toBe(path);
      }),
    );
  });

  it('of a folder that DuckDB named with escapes are escaped once more', () => {
    expect(encodePath('prog=Food%20%26%20Aid/a b.parquet')).toBe('prog%3DFood%2520%2526%2520Aid/a%20b.parquet');
  });

  it.each(['/etc/passwd', 's3://bucket/a', 'file:/a', '../a', 'a/%2e%2e/b', 'a//b', '%', 'a%00'])('that lead out of the table are none: %s', (text) => {
    expect(decodePath(text)).toBeNull();
  });
});

describe('actions', () => {
  it('are read only in the one form in which they are written', () => {
    const text = actionText({ add: { ...add('x'), stats: '{"numRecords":1}', tags: { a: 'b' } } });
    expect(parseAction(text)).toEqual({ add: { ...add('x'), stats: '{"numRecords":1}', tags: { a: 'b' } } });
    for (const other of [` ${text}`, text.replace('"size":1', '"size":-1'), text.replace('"size":1', '"size":1,"xtra":1'), '{}', '[]', 'null', '{"add":null}', '{"cdc":{}}', '{"__proto__":{}}', '{"constructor":{}}', '']) {
      expect(parseAction(other)).toBeNull();
    }
  });

  it('of any text never make the reader fail', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseAction(text)));
  });
});

describe('replay', () => {
  it('gives the files that were added and not taken out, whatever the order of commits into which they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(8), fc.boolean()), { maxLength: 40 }), (steps) => {
        const there = new Set<string>();
        let number = 0;
        const commits: DeltaAction[][] = [first];
        for (const [pick, adds] of steps) {
          const path = [...there][pick % Math.max(1, there.size)];
          if (adds || path === undefined) {
            const fresh = `f${number++}`;
            there.add(fresh);
            commits.push([{ add: add(fresh) }]);
          } else {
            there.delete(path);
            commits.push([remove(path)]);
          }
        }
        const state = replayLog(EMPTY_SNAPSHOT, commits);
        expect([...state.files.keys()].sort()).toEqual([...there].sort());
        expect(state.version).toBe(commits.length - 1);
        expect([...checkpointRows(state)]).toHaveLength(2 + state.files.size + state.tombstones.size);
        expect(JSON.parse(checksumText(state, { at: 5, txn: 't' }))).toMatchObject({ numFiles: there.size, tableSizeBytes: there.size });
      }),
    );
  });

  it.each([
    ['no protocol', [{ metaData }]],
    ['two descriptions', [...first, { metaData }]],
    ['one file twice', [...first, { add: add('x') }, { add: add('x') }]],
    ['a file out that is not there', [...first, remove('x')]],
  ] as [string, DeltaAction[]][])('refuses a commit with %s', (_, actions) => {
    expect(() => applyCommit(EMPTY_SNAPSHOT, actions)).toThrow(RangeError);
  });

  it('finds the newest commit that is not later than an instant', () => {
    expect([0, 10, 15, 20, 99].map((at) => versionAt([10, 20, 30], at))).toEqual([null, 0, 0, 1, 2]);
  });

  it('a commit can follow others unless they took out what it takes out, or changed the columns that it changes', () => {
    const compaction = intentOf([remove('a'), { add: add('c') }]);
    expect(conflictOf(compaction, [{ add: add('b') }])).toBeNull();
    expect(conflictOf(compaction, [remove('a')])).not.toBeNull();
    expect(conflictOf(intentOf([{ metaData }]), [{ metaData }])).not.toBeNull();
    expect(conflictOf(intentOf([{ add: add('b') }]), [{ metaData }])).toBeNull();
  });
});

describe('names and lines of the log', () => {
  it('a table counts from 1 and Delta from 0', () => {
    expect([commitFileName(1), commitFileName(12)]).toEqual(['00000000000000000000.json', '00000000000000000011.json']);
  });

  it('the first line is the commit info, with the in-commit timestamp', () => {
    expect(commitInfoLine({ at: 1_722_383_999_000, seq: 7, txn: 'x', operation: 'WRITE', engine: 'HMS-DTA 1' })).toBe(
      '{"commitInfo":{"engineInfo":"HMS-DTA 1","inCommitTimestamp":1722383999000,"isBlindAppend":true,"operation":"WRITE","operationParameters":{},"seq":7,"timestamp":1722383999000,"txnId":"x"}}\n',
    );
  });
});

describe('schemas', () => {
  it('come back as they were', () => {
    const schema = [column('a', 'long', false), { ...column('b', 'decimal(38,10)'), comment: 'with "words"' }, column('ß', 'timestamp')];
    expect(parseSchema(schemaText(schema))).toEqual(schema);
    for (const text of ['', 'null', '{"type":"struct"}', '{"type":"struct","fields":[{"name":"a","type":"timestamp_ntz","nullable":true,"metadata":{}}]}']) expect(parseSchema(text)).toBeNull();
  });

  it.each([
    [[], []],
    [[column('a b', 'long')], []],
    [[column('a', 'long'), column('A', 'long')], []],
    [[column('a', 'decimal(39,0)')], []],
    [[column('a', 'long'), column('b', 'double')], ['b']],
    [[column('a', 'long')], ['a']],
    [[column('a', 'long')], ['z']],
  ] as [Column[], string[]][])('refuses what a Delta table cannot have (%#)', (schema, by) => {
    expect(schemaFault(schema, by)).toMatch(/^[A-Z"].*\.$/);
  });

  it('may get columns behind those that are there, if they may be empty, and nothing else', () => {
    const before = [column('a', 'long')];
    expect(evolutionFault(before, [column('a', 'long'), column('b', 'string')])).toBeNull();
    for (const next of [[], [column('b', 'string'), column('a', 'long')], [column('a', 'string')], [column('a', 'long', false)], [column('a', 'long'), column('b', 'string', false)]]) expect(evolutionFault(before, next)).not.toBeNull();
  });
});

describe('values', () => {
  it('of partitions are exact, and what cannot be one is none', () => {
    expect(partitionText('timestamp', '1899-12-31 23:59:59.5+00')).toBe('1899-12-31T23:59:59.500000Z');
    expect(partitionText('date', '0099-01-01')).toBe('0099-01-01');
    expect([partitionText('string', ''), partitionText('date', '4713-01-01 (BC)'), partitionText('decimal(5,2)', '1e5'), partitionText('long', 'x'), partitionText('double', '1')]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(partitionText('string', null)).toBeNull();
  });

  it('of statistics keep every digit of numbers, and bound texts that were cut', () => {
    expect(statisticJson('long', '9223372036854775807', 'max')).toBe('9223372036854775807');
    expect(statisticJson('decimal(38,18)', '-0.000000000000000001', 'min')).toBe('-0.000000000000000001');
    expect(statisticJson('double', 'nan', 'max')).toBeNull();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }).filter((text) => text.isWellFormed()), (text) => {
        const [min, max] = [statisticJson('string', text, 'min'), statisticJson('string', text, 'max')];
        expect(compareTexts(JSON.parse(min ?? '""') as string, text)).toBeLessThanOrEqual(0);
        if (max !== null) expect(compareTexts(JSON.parse(max) as string, text)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('texts are compared as their UTF-8 bytes are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.isWellFormed() && b.isWellFormed());
        expect(Math.sign(compareTexts(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  it('decimals are compared exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (a, b) => {
        expect(Math.sign(compareValues('long', String(a), String(b)) ?? NaN)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    expect(compareValues('decimal(9,2)', '-0.50', '-0.5')).toBe(0);
  });
});

describe('statistics', () => {
  const schema = [column('n', 'long'), column('s', 'string'), column('secret', 'string')];

  it('leave out hidden columns and what an all-NULL column cannot have, and come back with every digit', () => {
    const text = statsText(
      2,
      schema,
      new Map([
        ['n', { min: '-9223372036854775808', max: '9223372036854775807', nulls: 0 }],
        ['s', { min: null, max: null, nulls: 2 }],
        ['secret', { min: '078-05-1120', max: '219-09-9999', nulls: 0 }],
      ]),
      new Set(['secret']),
    );
    expect(text).toBe('{"numRecords":2,"minValues":{"n":-9223372036854775808},"maxValues":{"n":9223372036854775807},"nullCount":{"n":0,"s":2}}');
    const read = parseStats(text);
    expect([read.rows, read.max.get('n'), read.nulls.get('s')]).toEqual([2, '9223372036854775807', 2]);
  });

  it('never leave out a file that has a row which is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), fc.integer({ min: -60, max: 60 }), fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const), (values, wanted, is) => {
        const facts = new Map([['n', { min: String(Math.min(...values)), max: String(Math.max(...values)), nulls: 0 }]]);
        const may = statsMayMatch(parseStats(statsText(values.length, schema, facts, new Set())), schema, [{ column: 'n', is, value: String(wanted) }]);
        const has = values.some((value) => (is === '=' ? value === wanted : is === '<' ? value < wanted : is === '<=' ? value <= wanted : is === '>' ? value > wanted : value >= wanted));
        if (has) expect(may).toBe(true);
      }),
    );
  });

  it('a partition answers for NULL and for its own value', () => {
    const may = (is: 'null' | 'not null', value: string | null): boolean => partitionMayMatch({ s: value }, schema, [{ column: 's', is }]);
    expect([may('null', null), may('null', 'x'), may('not null', null), may('not null', 'x')]).toEqual([true, false, false, true]);
    expect(partitionMayMatch({ s: 'x' }, schema, [{ column: 's', is: 'in', values: ['a', 'x'] }])).toBe(true);
    expect(partitionMayMatch({ s: 'x' }, schema, [{ column: 's', is: '=', value: 'y' }])).toBe(false);
  });

  it('that cannot be read leave nothing out', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseStats(text)));
    expect(statsMayMatch(parseStats('{'), schema, [{ column: 'n', is: '=', value: '1' }])).toBe(true);
  });
});
