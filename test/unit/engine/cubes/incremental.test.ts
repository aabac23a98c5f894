import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TableName } from '../../../../src/contract/index.ts';
import type { TableSchema } from '../../../../src/core/index.ts';
import { prepareQuestion } from '../../../../src/engine/asking.ts';
import { compactTable } from '../../../../src/engine/compacting.ts';
import { defineCube } from '../../../../src/engine/cube-defining.ts';
import { refreshCube } from '../../../../src/engine/cube-refreshing.ts';
import { signal, Warehouse } from '../tables/warehouse.ts';

const columns: TableSchema = [
  { name: 'program', type: 'string', nullable: true },
  { name: 'day', type: 'date', nullable: true },
  { name: 'n', type: 'long', nullable: true },
];
const TESTS = 'tests' as TableName;

type Step = { readonly rows: readonly (readonly [string | null, number | null, number])[] } | { readonly day: number } | 'compact';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ rows: fc.array(fc.tuple(fc.constantFrom('a', "b'/%", null), fc.option(fc.integer({ min: 0, max: 40 })), fc.integer({ min: -5, max: 5 })), { minLength: 1, maxLength: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ day: fc.integer({ min: 0, max: 50 }) }) },
  { weight: 1, arbitrary: fc.constant('compact' as const) },
);

const dayOf = (day: number): string => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);

/** Name, SQL over a table, and what else its definition says. */
const cubes = [
  ['by_program', 'SELECT program, count(*) AS n, sum(n) AS total, max(day) AS last FROM tests GROUP BY ALL', 'partition: [program]\nwindow: {column: day, days: 10}\n', true],
  ['rows_of', 'SELECT *, n * 2 AS twice FROM tests WHERE n <> 0', 'partition: [program]\nwindow: {column: day, days: 10}\n', true],
  ['appended', 'SELECT day, n + 1 AS more FROM tests WHERE n > 0', '', false],
  ['joined', 'SELECT a.program, count(*) AS pairs FROM tests a JOIN tests b USING (program) GROUP BY a.program', 'partition: [program]\n', false],
] as const;

it('is, however its tables and its window moved, what a full recomputation gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 6 }), async (steps) => {
      const warehouse = await Warehouse.make();
      const ask = async (sql: string): Promise<unknown> => {
        const question = await prepareQuestion(warehouse.lake, sql, { signal, processes: warehouse.processes });
        try {
          const { rows } = await question.run(signal);
          return (await question.page(0, rows + 1, signal)).rows;
        } finally {
          await question.close();
        }
      };
      try {
        await warehouse.insert([{ name: TESTS, definition: { schema: columns, partitionBy: ['program'] }, select: "SELECT 'a' AS program, DATE '2024-01-05' AS day, 1 AS n" }]);
        for (const [name, sql, more] of cubes) await defineCube(warehouse.lake, Buffer.from(`name: ${name}\nsql: ${sql}\n${more}`), { signal, processes: warehouse.processes });
        for (const one of [{ day: 8 }, ...steps, { day: 20 }]) {
          if (one === 'compact') {
            await compactTable(warehouse.lake, TESTS, { signal, processes: warehouse.processes });
          } else if ('rows' in one) {
            const values = one.rows.map(([program, day, n]) => `(${program === null ? 'NULL' : `'${program.replaceAll("'", "''")}'`}, ${day === null ? 'NULL' : `DATE '${dayOf(day)}'`}, ${n})`);
            await warehouse.insert([{ name: TESTS, select: `SELECT * FROM (VALUES ${values.join(', ')}) v(program, day, n)` }]);
          } else {
            for (const [name, sql, , hasWindow] of cubes) {
              await refreshCube(warehouse.lake, name, { signal, processes: warehouse.processes, asOf: `${dayOf(one.day)} 12:00:00` });
              const rows = hasWindow ? `(SELECT * FROM tests WHERE day > DATE '${dayOf(one.day)}' - 10 AND day <= DATE '${dayOf(one.day)}')` : 'tests';
              const whole = sql.replaceAll(/\btests\b(?! [ab])/g, `${rows} t`);
              expect(await ask(`SELECT * FROM ${name} ORDER BY ALL`), name).toEqual(await ask(`SELECT * FROM (${whole}) ORDER BY ALL`));
            }
          }
        }
      } finally {
        await warehouse.close();
      }
    }),
    { numRuns: Number(process.env['HMS_CUBE_RUNS'] ?? 2), endOnFailure: true },
  );
}, 600_000);
