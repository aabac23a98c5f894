import { stat } from 'node:fs/promises';
import { passFile } from '../../../../src/engine/contract-pass.ts';
import { compileContract } from '../../../../src/engine/contracts/index.ts';
import type { NamedContract } from '../../../../src/engine/contracting.ts';
import { bytesOf } from '../../../../src/engine/lake/index.ts';
import { maskKeys } from '../../../../src/engine/mask-sql.ts';
import type { MaskSecret } from '../../../../src/engine/masks/index.ts';
import { maskOf } from '../../../../src/engine/normal-batch.ts';
import { definitionOf, rowsSql } from '../../../../src/engine/normal-shape.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QuerySession } from '../../../../src/engine/query/index.ts';
import type { QueryProcesses, WrittenPart } from '../../../../src/engine/query/index.ts';
import { holdsOfAll, unlessInDoubt } from '../../../../src/engine/sure-drop.ts';
import { FileLook } from '../../../../src/engine/sure-file.ts';
import { writeParts } from '../../../../src/engine/table-rows.ts';
import { openScratch } from '../../../../src/engine/transform-world.ts';
import type { ScratchFolder } from '../../../../src/engine/transform-world.ts';
import { signal } from '../tables/warehouse.ts';
import { contractText } from './intake.ts';
import type { ContractText } from './intake.ts';

/** The rows of a table, each of its columns as text, and what is known of its files. */
export interface Made {
  readonly rows: readonly (readonly unknown[])[];
  readonly parts: readonly Omit<WrittenPart, 'file'>[];
}

/** Makes the rows of a file row by row, and by one statement. */
export class BothWays {
  readonly #lake: WritableLake;
  readonly #scratch: ScratchFolder;
  readonly #session: QuerySession;
  readonly #secret: MaskSecret = { id: 'ab'.repeat(16), key: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 255) };

  private constructor(lake: WritableLake, scratch: ScratchFolder, session: QuerySession) {
    this.#lake = lake;
    this.#scratch = scratch;
    this.#session = session;
  }

  static async open(lake: WritableLake, processes: QueryProcesses): Promise<BothWays> {
    const scratch = await openScratch(lake);
    return new BothWays(lake, scratch, new QuerySession(processes, { files: [0, 1, 2].map((slot) => scratch.input(slot)), output: scratch.outputs, temporary: scratch.temporary }));
  }

  /** `sure`: null where the file is left to the checker. `exact`: what is wrong, where something is. */
  async make(bytes: Uint8Array, text: ContractText): Promise<{ sure: Made | null; exact: Made | readonly string[] }> {
    const found = compileContract(Buffer.from(contractText(text)));
    if (!found.ok) throw new Error(JSON.stringify(found.faults));
    const { compiled } = found;
    const { plan } = compiled;
    const contract = { row: { hash: '0'.repeat(64) }, compiled } as unknown as NamedContract;
    const definition = definitionOf(this.#lake, contract, this.#secret.id);
    const desk = { session: this.#session, scratch: this.#scratch, signal };
    for (const slot of [0, 1, 2]) await this.#scratch.remove(this.#scratch.input(slot));
    const path = this.#scratch.input(0);
    await this.#scratch.write(path, of(bytes));
    const file = { name: 'rows.csv', path, size: (await stat(path)).size };

    const look = FileLook.begin(file, plan);
    if (look !== null) for await (const piece of bytesOf(path)) for (let at = 0; at < piece.length; at += 7) look.add(piece.subarray(at, at + 7));
    const sureFile = look?.rowsOf(plan, file) ?? null;
    let sure: Made | null = null;
    if (sureFile !== null && (await holdsOfAll(sureFile, 'sure', plan, this.#session, signal))) {
      const select = rowsSql(plan, definition, [{ table: 'sure', program: 12, sure: sureFile.rows }]);
      const parts = await unlessInDoubt(() => writeParts(desk, { select, ...definition }, { parameters: maskKeys(this.#secret) }));
      if (parts !== null && parts.reduce((sum, { rows }) => sum + rows, 0) === sureFile.count) sure = await this.#made(parts);
    }

    const kept = { file: this.#scratch.input(2), mask: maskOf(plan, this.#secret) };
    const pass = await passFile(file, plan, { asked: this.#scratch.input(1), kept }, { session: () => Promise.resolve(this.#session), write: (to, pieces) => this.#scratch.write(to, pieces), onBytes: () => undefined, signal });
    if (pass.findings.length > 0 || pass.kept === null || pass.rows === 0) return { sure, exact: pass.findings.map(({ kind, message }) => `${kind} ${message}`) };
    await this.#session.table({ kind: 'plain', name: 'exact', ...pass.kept }, signal);
    return { sure, exact: await this.#made(await writeParts(desk, { select: rowsSql(plan, definition, [{ table: 'exact', program: 12, sure: null }]), ...definition })) };
  }

  async close(): Promise<void> {
    await this.#session.close();
    await this.#scratch.close();
  }

  async #made(parts: readonly WrittenPart[]): Promise<Made> {
    const rows: unknown[][] = [];
    const sorted = [...parts].sort((a, b) => (JSON.stringify(a.partition) < JSON.stringify(b.partition) ? -1 : 1));
    for (const { file } of sorted) {
      await this.#session.table({ kind: 'parquet', name: 'made', file }, signal);
      for await (const part of this.#session.select('SELECT COLUMNS(*)::VARCHAR FROM made', signal)) {
        if ('rows' in part) for (let row = 0; row < part.rows; row++) rows.push(part.columns.map((column) => column[row]));
      }
      await this.#scratch.remove(file);
    }
    return { rows, parts: sorted.map(({ rows: count, partition, columns }) => ({ rows: count, partition, columns })) };
  }
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
