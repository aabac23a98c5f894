import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Warehouse } from '../tables/warehouse.ts';
import { BothWays } from './both-ways.ts';
import { madeFile } from './sure-values.ts';

/** Rows that one statement makes of a file (docs/operations/normalize.md): those of the pass row by row, or none. */

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await Warehouse.make();
});
afterEach(() => warehouse.close());

const FILES = Number(process.env['HMS_SURE_FILES'] ?? 150);
const FROM = Number(process.env['HMS_SURE_FROM'] ?? 1);

describe('a file that one statement reads', () => {
  it('gives the rows and statistics of the pass row by row, or is left to it', async () => {
    const ways = await BothWays.open(warehouse.lake, warehouse.processes);
    let [sure, clean] = [0, 0];
    try {
      for (let seed = FROM; seed < FROM + FILES; seed++) {
        const { columns, bytes } = madeFile(seed);
        const made = await ways.make(bytes, { name: 'rows', columns });
        if (!Array.isArray(made.exact)) clean++;
        if (made.sure === null) continue;
        sure++;
        expect(made.sure, `seed ${seed}: ${JSON.stringify(Buffer.from(bytes).toString())} under ${columns.join(' ')}`).toEqual(made.exact);
      }
    } finally {
      await ways.close();
    }
    // Else the statement would refuse too much to be of use, or be given nothing that it must refuse.
    expect({ sure: sure > clean / 2, refused: sure < FILES, clean }).toMatchObject({ sure: true, refused: true });
  });
});
