import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueryProcesses, QuerySession } from '../../../../src/engine/query/index.ts';
import type { Spawner } from '../../../../src/engine/lake/index.ts';
import type { Limits } from '../../../../src/engine/query/index.ts';

/** A session over one small table, with a folder for results and a file beside them that no statement may see. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'hms-query-'));
  readonly table = join(this.folder, 'rows.csv');
  readonly output = join(this.folder, 'output');
  readonly secret = join(this.folder, 'secret.csv');
  readonly temporary = join(this.folder, 'temporary');
  readonly session: QuerySession;
  readonly processes: QueryProcesses;

  constructor(limits: Limits, spawner?: Spawner) {
    mkdirSync(this.output);
    mkdirSync(this.temporary);
    writeFileSync(this.table, '"2024-07-04","91.5"\n"2024-07-05",\n"007",""\n');
    writeFileSync(this.secret, 'name\nSmith\n');
    this.processes = new QueryProcesses({ limits, ...(spawner === undefined ? {} : { spawner }) });
    this.session = new QuerySession(this.processes, { files: [this.table], output: this.output, temporary: this.temporary });
  }

  async open(): Promise<this> {
    const columns = [
      { name: 'day', type: 'VARCHAR' as const },
      { name: 'temp', type: 'VARCHAR' as const },
    ];
    await this.session.table({ kind: 'plain', name: 'sensor.csv', file: this.table, columns, longestRow: 100 }, never);
    return this;
  }

  /** All rows of a statement. */
  async rows(sql: string, signal: AbortSignal = never): Promise<unknown[][]> {
    const rows: unknown[][] = [];
    for await (const part of this.session.select(sql, signal)) {
      if (!('rows' in part)) continue;
      for (let row = 0; row < part.rows; row++) rows.push(part.columns.map((column) => column[row]));
    }
    return rows;
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.processes.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const never = new AbortController().signal;
