import { passFile } from '../../../../src/engine/contract-pass.ts';
import { compileContract } from '../../../../src/engine/contracts/index.ts';
import type { NamedContract } from '../../../../src/engine/contracting.ts';
import type { MaskSecret } from '../../../../src/engine/masks/index.ts';
import { maskOf } from '../../../../src/engine/normal-batch.ts';
import type { Desk, Kept, Taken } from '../../../../src/engine/normal-batch.ts';
import { definitionOf } from '../../../../src/engine/normal-shape.ts';
import { writeRows } from '../../../../src/engine/normal-write.ts';
import type { WritableLake } from '../../../../src/engine/open.ts';
import { QuerySession } from '../../../../src/engine/query/index.ts';
import type { QueryProcesses, WrittenPart } from '../../../../src/engine/query/index.ts';
import { asksNothing, byForm, sureOf } from '../../../../src/engine/sure-drop.ts';
import { FileLook, SureForms } from '../../../../src/engine/sure-file.ts';
import type { SureFile } from '../../../../src/engine/sure-file.ts';
import { openScratch } from '../../../../src/engine/transform-world.ts';
import type { ScratchFolder } from '../../../../src/engine/transform-world.ts';
import { signal } from '../tables/warehouse.ts';
import { contractText } from './intake.ts';
import type { ContractText } from './intake.ts';

/** The rows of a table, each of its columns as text, in some order; and what is known of its files. */
export interface Made {
  readonly rows: readonly string[];
  readonly parts: readonly Omit<WrittenPart, 'file'>[];
}

export interface BothMade {
  /** What is wrong with each file, row by row; none where nothing is. */
  readonly faults: readonly (readonly string[])[];
  /** Numbers of the files that one statement may read. */
  readonly sure: readonly number[];
  /** Whether the statement takes all that look as if it could, before they are asked; null where they must be asked. */
  readonly takesAll: boolean | null;
  /** How many look so. */
  readonly looked: number;
  /** The rows of the sure files, by one statement for all of them and row by row; null where there are none. */
  readonly made: { readonly atOnce: Made | 'in doubt'; readonly exact: Made | 'in doubt' } | null;
}

const MOST_FILES = 8;

/** Makes the rows of files row by row, and by one statement for all of them. */
export class BothWays {
  readonly #lake: WritableLake;
  readonly #scratch: ScratchFolder;
  readonly #session: QuerySession;
  readonly #processes: QueryProcesses;
  readonly #secret: MaskSecret = { id: 'ab'.repeat(16), key: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 255) };

  private constructor(lake: WritableLake, processes: QueryProcesses, scratch: ScratchFolder, session: QuerySession) {
    this.#lake = lake;
    this.#processes = processes;
    this.#scratch = scratch;
    this.#session = session;
  }

  static async open(lake: WritableLake, processes: QueryProcesses): Promise<BothWays> {
    const scratch = await openScratch(lake);
    const files = Array.from({ length: 3 * MOST_FILES }, (_, slot) => scratch.input(slot));
    return new BothWays(lake, processes, scratch, new QuerySession(processes, { files, output: scratch.outputs, temporary: scratch.temporary }));
  }

  /** At most eight files; every second is of another program. */
  async make(files: readonly Uint8Array[], text: ContractText): Promise<BothMade> {
    const found = compileContract(Buffer.from(contractText(text)));
    if (!found.ok) throw new Error(JSON.stringify(found.faults));
    const { plan } = found.compiled;
    const contract = { row: { hash: '0'.repeat(64) }, compiled: found.compiled } as unknown as NamedContract;
    const shape = definitionOf(this.#lake, contract, this.#secret.id);
    const world = { processes: this.#processes, secret: this.#secret, signal, onProgress: () => undefined };
    const desk: Desk = { contracts: [contract], scratch: this.#scratch, session: this.#session, world, told: () => undefined };
    for (let slot = 0; slot < 3 * MOST_FILES; slot++) await this.#scratch.remove(this.#scratch.input(slot));
    const brought = await Promise.all(files.map(async (bytes, i) => {
      const path = this.#scratch.input(i);
      await this.#scratch.write(path, of(bytes));
      return { name: 'rows.csv', path, size: bytes.length };
    }));

    const forms = new SureForms();
    const looked = files.map((bytes, i): SureFile | null => {
      const file = brought[i] as (typeof brought)[0];
      const look = FileLook.begin(bytes, file.path, plan);
      for (let at = 0; at < bytes.length; at += 7) look?.add(bytes.subarray(at, at + 7));
      return look?.rowsOf(plan, file, forms) ?? null;
    });
    const taken = (kept: readonly (Kept | null)[]): Taken[] => kept.flatMap((one, i) => (one === null ? [] : [{ drop: { program: 12 + (i % 2) } as Taken['drop'], kept: [one], rows: 0 }]));
    const write = async (kept: readonly (Kept | null)[]): Promise<Made | 'in doubt'> => {
      const made = await writeRows(taken(kept), 0, plan, shape, desk);
      return made === 'in doubt' ? made : this.#made(made.written);
    };
    const candidates = looked.flatMap((file) => file ?? []);
    const sures = new Set<SureFile>();
    for (const group of byForm(candidates, (file) => file)) for (const file of await sureOf(group, 'look', plan, { session: this.#session, signal })) sures.add(file);
    const isFree = candidates.every(asksNothing) && candidates.length > 0;
    const takesAll = isFree ? (await write(looked.map((file) => (file === null ? null : { is: 'sure', file })))) !== 'in doubt' : null;

    const faults: string[][] = [];
    const exact: (Kept | null)[] = [];
    for (const [i, file] of brought.entries()) {
      const outputs = { asked: this.#scratch.input(MOST_FILES + 2 * i), kept: { file: this.#scratch.input(MOST_FILES + 2 * i + 1), mask: maskOf(plan, this.#secret) } };
      const pass = await passFile(file, plan, outputs, { session: () => Promise.resolve(this.#session), write: (to, pieces) => this.#scratch.write(to, pieces), onBytes: () => undefined, signal });
      faults.push(pass.findings.map(({ kind, message }) => `${kind} ${message}`));
      exact.push(pass.kept === null || pass.findings.length > 0 ? null : { is: 'plain', table: pass.kept, count: pass.rows });
    }
    const isSure = looked.map((file) => file !== null && sures.has(file));
    const only = <T>(all: readonly (T | null)[]): (T | null)[] => all.map((one, i) => (isSure[i] === true ? one : null));
    const made = sures.size === 0 ? null : { atOnce: await write(only(looked).map((file) => (file === null ? null : { is: 'sure', file }))), exact: await write(only(exact)) };
    return { faults, sure: isSure.flatMap((one, i) => (one ? [i] : [])), takesAll, looked: candidates.length, made };
  }

  async close(): Promise<void> {
    await this.#session.close();
    await this.#scratch.close();
  }

  async #made(parts: readonly WrittenPart[]): Promise<Made> {
    const rows: string[] = [];
    const sorted = [...parts].sort((a, b) => (JSON.stringify(a.partition) < JSON.stringify(b.partition) ? -1 : 1));
    for (const { file } of sorted) {
      await this.#session.table({ kind: 'parquet', name: 'made', file }, signal);
      for await (const part of this.#session.select('SELECT COLUMNS(*)::VARCHAR FROM made', signal)) {
        if ('rows' in part) for (let row = 0; row < part.rows; row++) rows.push(JSON.stringify(part.columns.map((column) => column[row])));
      }
      await this.#scratch.remove(file);
    }
    return { rows: rows.sort(), parts: sorted.map(({ rows: count, partition, columns }) => ({ rows: count, partition, columns })) };
  }
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
