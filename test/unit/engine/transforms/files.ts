import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogicalPath } from '../../../../src/contract/index.ts';
import { QueryProcesses, QuerySession } from '../../../../src/engine/query/index.ts';
import type { QueryProcess } from '../../../../src/engine/query/index.ts';
import { planTransform } from '../../../../src/engine/transforms/index.ts';
import { Sink } from '../../../../src/engine/transforms/sink.ts';
import type { ReadWatch } from '../../../../src/engine/transforms/source-reader.ts';
import type { Queries, SourceFile, TransformSpec, World } from '../../../../src/engine/transforms/index.ts';

/** Files of a version that is on no lake, and one query process for many transforms of them. */
export class Files {
  readonly folder = mkdtempSync(join(tmpdir(), 'hms-files-'));
  readonly scratch = join(this.folder, 'scratch');
  readonly output = join(this.folder, 'output');
  readonly #processes = new QueryProcesses();
  readonly #session: QuerySession;
  #judge: QueryProcess | null = null;
  #number = 0;

  constructor() {
    const temporary = join(this.folder, 'temporary');
    for (const folder of [this.scratch, this.output, temporary]) mkdirSync(folder);
    this.#session = new QuerySession(this.#processes, { files: [0, 1, 2].map((n) => this.#input(n)), output: this.output, temporary });
  }

  #input(number: number): string {
    return join(this.scratch, `${number}.csv`);
  }

  /** Runs a transform over one version with these files; answers the bytes of what it makes, by name, and its counts. */
  async run(contents: Readonly<Record<string, string | Uint8Array>>, spec: TransformSpec, signal = never): Promise<{ made: Map<string, Buffer>; counts: Readonly<Record<string, number>>; replaced: readonly string[] }> {
    const plan = await planTransform(spec, this.#world(contents, signal));
    try {
      const made = new Map<string, Buffer>();
      for (const file of plan.files) {
        const pieces: Uint8Array[] = [];
        for await (const piece of file.bytes()) pieces.push(Uint8Array.from(piece));
        made.set(file.path, Buffer.concat(pieces));
      }
      return { made, counts: plan.counts(), replaced: plan.replaced };
    } finally {
      await plan.close();
    }
  }

  /** What a rewriter writes of one file, run in this thread. */
  rewritten(name: string, content: string | Uint8Array, rewrite: (source: SourceFile, watch: ReadWatch, sink: Sink) => void): Buffer {
    const pieces: Buffer[] = [];
    const piece = new Uint8Array(1 << 16);
    const sink = new Sink({ room: () => piece, give: (length) => pieces.push(Buffer.from(piece.subarray(0, length))) });
    rewrite(this.#store(name, content), { stopped: () => false, progressed: () => undefined }, sink);
    sink.end();
    return Buffer.concat(pieces);
  }

  /** What is left of all runs: the plain tables and results are gone when a run has ended. */
  remains(): string[] {
    return [...readdirSync(this.scratch), ...readdirSync(this.output)];
  }

  async close(): Promise<void> {
    await this.#judge?.close();
    await this.#session.close();
    await this.#processes.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #world(contents: Readonly<Record<string, string | Uint8Array>>, signal: AbortSignal): World {
    const files = Object.entries(contents).map(([path, content]) => this.#store(path, content));
    const session = this.#session;
    const queries: Queries = {
      table: (table) => session.table(table, signal),
      numbers: async function* (sql) {
        for await (const part of session.select(sql, signal, true)) if ('rows' in part && part.columns[0] instanceof Int32Array) yield part.columns[0];
      },
      write: (sql, file, format) => session.write(sql, file, format, signal),
    };
    return {
      sources: [{ ref: 'T:v1', files: () => files, fileAt: (path) => files.find((file) => file.path === path) ?? null }],
      signal,
      scratch: {
        input: (number) => this.#input(number),
        output: (name) => join(this.output, name),
        write: async (file, bytes) => {
          const pieces: Uint8Array[] = [];
          for await (const piece of bytes) pieces.push(Uint8Array.from(piece));
          writeFileSync(file, Buffer.concat(pieces));
        },
        read: (file) => createReadStream(file) as AsyncIterable<Uint8Array>,
        remove: async (file) => rmSync(file, { force: true }),
      },
      // Tables are asked of the tree alone, as before a lake's files are prepared.
      judge: (sql) => (this.#judge ??= this.#processes.take()).judge(sql, null, signal),
      queries: async () => queries,
      expect: () => undefined,
      read: () => undefined,
      fileDone: () => undefined,
    };
  }

  #store(path: string, content: string | Uint8Array): SourceFile {
    const stored = join(this.folder, `stored-${this.#number++}`);
    writeFileSync(stored, content);
    const bytes = Buffer.from(content);
    return { ref: 'T:v1', path: path as LogicalPath, stored, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
}

export const never = new AbortController().signal;
export const paths = (...names: string[]): LogicalPath[] => names as LogicalPath[];
export const path = (name: string): LogicalPath => name as LogicalPath;
