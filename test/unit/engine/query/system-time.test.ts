import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourcePlace } from '../../../../src/engine/query/edited-text.ts';
import { fromBytes, fromCodePoints } from '../../../../src/engine/query/places.ts';
import { rewriteSystemTime } from '../../../../src/engine/query/system-time.ts';
import { tokensOf } from '../../../../src/engine/query/tokens.ts';

describe('tokens', () => {
  it('part quotes, comments within comments, dollar quotes and parameters as DuckDB does', () => {
    const kinds = (text: string): string[] => tokensOf(text).map((token) => `${token.kind}:${token.text}`);
    expect(kinds(`a "b""c" 'd''e' E'f\\'g' -- h\n/* i /* j */ k */ $$l$$ $m$ n $$ $m$ $1 $o ? 1.5e-3 x::y => z`)).toEqual([
      ...['word:a', 'quoted:"b""c"', `string:'d''e'`, `string:E'f\\'g'`, 'string:$$l$$', 'string:$m$ n $$ $m$', 'parameter:$1', 'parameter:$o', 'parameter:?', 'number:1.5e-3'],
      ...['word:x', 'symbol:::', 'word:y', 'symbol:=>', 'word:z'],
    ]);
  });

  it('cover a text without gaps in what is not space or comment, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '"', '$', '-', '/', '*', '\\', 'E', 'a', '1', '(', ')', ' ', '\n', 'é', '😀', '?'), maxLength: 40 }), (text) => {
        let end = 0;
        for (const token of tokensOf(text)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          expect(text.slice(token.start, token.end)).toBe(token.text);
          end = token.end;
        }
      }),
    );
  });
});

describe('rewriting', () => {
  it.each([
    [`FROM t FOR SYSTEM_TIME AS OF '2024' x`, `FROM t x AT (TIMESTAMP => '2024')`],
    [`FROM t AS a FOR SYSTEM_TIME AS OF $1 WHERE a.b`, `FROM t AS a  AT (TIMESTAMP => $hms_1) WHERE a.b`],
    [`FROM t FOR SYSTEM_VERSION AS OF 3`, `FROM t  AT (VERSION => 3)`],
    [`FROM t AT (VERSION => 3) AS x`, `FROM t AS x AT (VERSION => 3)`],
    [`FROM dataset('A:v1', 'b.csv')`, `FROM "dataset:1"`],
    [`SELECT dataset(a) FROM x AS dataset(a)`, `SELECT dataset(a) FROM x AS dataset(a)`],
    [`SELECT x AT TIME ZONE 'UTC', ?, ?`, `SELECT x AT TIME ZONE 'UTC', $hms_1, $hms_2`],
    [`SELECT [x for system_time in [1]]`, `SELECT [x for system_time in [1]]`],
  ])('%s', (sql, expected) => {
    expect(rewriteSystemTime(sql).text).toBe(expected);
  });

  it('knows where each word comes from', () => {
    const sql = `SELECT '😀', x.a FROM t FOR SYSTEM_TIME AS OF now() + INTERVAL 1 DAY AS x, later WHERE x.b = ?`;
    const { text, pieces } = rewriteSystemTime(sql);
    for (const word of ['SELECT', 'x.a', 'now()', 'AS x', 'later', 'x.b']) expect(sourcePlace(pieces, text.indexOf(word)), word).toBe(sql.indexOf(word));
  });

  it('leaves alone what has nothing of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('SELECT', 'a', ',', `'FOR SYSTEM_TIME AS OF 1'`, '"AT (TIMESTAMP => 1)"', 'FROM', 't', '(', ')', '-- ?\n', '/* dataset(1) */', '$$?$$', '😀é', 'at', 'for', 'as', 'of'), { maxLength: 30 }), (words) => {
        const sql = words.join(' ');
        expect(rewriteSystemTime(sql).text).toBe(sql);
      }),
    );
  });
});

describe('places', () => {
  it('are counted in UTF-16 units, whatever DuckDB counts in', () => {
    const text = `é😀x`;
    expect([0, 2, 6, 7, 99].map((bytes) => fromBytes(text, bytes))).toEqual([0, 1, 3, 4, 4]);
    expect([0, 1, 2, 3, 99].map((points) => fromCodePoints(text, points))).toEqual([0, 1, 3, 4, 4]);
  });
});
