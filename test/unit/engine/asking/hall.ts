import { prepareQuestion } from '../../../../src/engine/asking.ts';
import type { AskOptions, RelationUsed } from '../../../../src/engine/asking.ts';
import type { ReadableLake } from '../../../../src/engine/open.ts';
import { QueryProcesses } from '../../../../src/engine/query/index.ts';
import type { Limits } from '../../../../src/engine/query/index.ts';
import { Workshop } from '../transforms/workshop.ts';

export const never = new AbortController().signal;

export interface Told {
  readonly relations: readonly RelationUsed[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Asks an open lake, and reads all rows. */
export async function toldBy(lake: ReadableLake, sql: string, options: Partial<AskOptions>): Promise<Told> {
  const question = await prepareQuestion(lake, sql, { signal: never, ...options });
  try {
    const { columns, rows } = await question.run(options.signal ?? never);
    const all: (readonly unknown[])[] = [];
    while (all.length < rows) all.push(...(await question.page(all.length, 1_000, never)).rows);
    return { relations: question.relations, columns: columns.map(({ name }) => name), rows: all };
  } finally {
    await question.close();
  }
}

/** A lake in which questions are asked. */
export class Hall {
  readonly shop: Workshop;
  readonly processes: QueryProcesses;

  private constructor(shop: Workshop, limits?: Limits) {
    this.shop = shop;
    this.processes = new QueryProcesses(limits === undefined ? {} : { limits });
  }

  static async open(limits?: Limits): Promise<Hall> {
    return new Hall(await Workshop.open(), limits);
  }

  /** Asks, and reads all rows. */
  tell(sql: string, options: Partial<AskOptions> = {}): Promise<Told> {
    return this.shop.office.read((lake) => toldBy(lake, sql, { processes: this.processes, ...options }));
  }

  async rows(sql: string, options: Partial<AskOptions> = {}): Promise<readonly (readonly unknown[])[]> {
    return (await this.tell(sql, options)).rows;
  }

  /** When a version was committed. */
  at(dataset: string, version: number): Promise<string> {
    return this.shop.office.read((lake) => lake.catalog.version(dataset as never, version)?.at ?? '');
  }

  async close(): Promise<void> {
    await this.processes.close();
    await this.shop.remove();
  }
}
