import { setImmediate as breathe } from 'node:timers/promises';
import type { BodyLine, ChangeLine, NoteLine } from '../../contract/index.ts';
import type { Sql } from './sql.ts';

/** `until` of a file that is still there; above any version number. */
export const FOREVER = 1_000_000_000;

/** Files and bytes of one state. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

export interface LinesResult {
  readonly totals: Totals;
  /** Lines that do not fit the state before (a file removed that is not there, a path twice); 0 in any body that this format allows. */
  readonly misfits: number;
}

interface FileFacts {
  readonly sha256: Uint8Array;
  readonly size: number;
  readonly mtime: number | null;
  readonly source: number | null;
}

/** So that a version of 300,000 files does not hold up everything else that this process does. */
const LINES_BETWEEN_BREATHS = 2_000;

const closeOpenRow =
  'UPDATE file SET until = ?3 WHERE ds = ?1 AND path = ?2 AND until = 1000000000 AND begin < ?3 RETURNING size';
const rowBefore = 'SELECT row AS source, sha256, size, mtime FROM file WHERE ds = ? AND path = ? AND begin < ? AND until >= ?';
const insertRow = 'INSERT INTO file (ds, path, begin, sha256, size, mtime, source) VALUES (?, ?, ?, ?, ?, ?, ?)';
const insertNote = 'INSERT INTO note (ds, version, line, note, path, detail) VALUES (?, ?, ?, ?, ?, ?)';

/** Applies the lines of one version's body to the newest state. All lines speak of the state before, whatever their order: a swap is two renames. */
export class LineWriter {
  readonly #sql: Sql;
  readonly #ds: number;
  readonly #version: number;
  #files: number;
  #bytes: number;
  #misfits = 0;
  #notes = 0;
  #lastPath = '';

  constructor(sql: Sql, ds: number, version: number, before: Totals) {
    this.#sql = sql;
    this.#ds = ds;
    this.#version = version;
    this.#files = before.files;
    this.#bytes = before.bytes;
  }

  async addAll(lines: Iterable<BodyLine> | AsyncIterable<BodyLine>): Promise<LinesResult> {
    let count = 0;
    for await (const line of lines) {
      if ('note' in line) this.#note(line);
      else this.#change(line);
      count += 1;
      if (count % LINES_BETWEEN_BREATHS === 0) await breathe();
    }
    return { totals: { files: this.#files, bytes: this.#bytes }, misfits: this.#misfits };
  }

  #change(line: ChangeLine): void {
    // Sorted by UTF-16 code units, each path once (section 6): a path that comes again would make two rows of one stretch.
    if (line.path <= this.#lastPath) {
      this.#misfits += 1;
      return;
    }
    this.#lastPath = line.path;
    switch (line.do) {
      case 'add':
      case 'replace': {
        this.#close(line.path);
        const mtime = line.mtime === null ? null : Date.parse(line.mtime);
        this.#open(line.path, { sha256: Buffer.from(line.sha256, 'hex'), size: line.size, mtime, source: null });
        return;
      }
      case 'remove':
        if (!this.#close(line.path)) this.#misfits += 1;
        return;
      case 'rename': {
        const source = this.#sql.get<FileFacts>(rowBefore, this.#ds, line.from, this.#version, this.#version);
        if (source === null) {
          this.#misfits += 1;
          return;
        }
        this.#close(line.from);
        this.#close(line.path);
        this.#open(line.path, source);
      }
    }
  }

  /** Ends the row that was open before this version; false where there is none. */
  #close(path: string): boolean {
    if (this.#version === 1) return false;
    const closed = this.#sql.get<{ size: number }>(closeOpenRow, this.#ds, path, this.#version);
    if (closed === null) return false;
    this.#files -= 1;
    this.#bytes -= closed.size;
    return true;
  }

  #open(path: string, file: FileFacts): void {
    this.#sql.run(insertRow, this.#ds, path, this.#version, file.sha256, file.size, file.mtime, file.source);
    this.#files += 1;
    this.#bytes += file.size;
  }

  #note(line: NoteLine): void {
    const detail = line.note === 'symlink' ? line.target : line.note === 'special' ? line.kind : null;
    this.#sql.run(insertNote, this.#ds, this.#version, this.#notes, line.note, line.path, detail);
    this.#notes += 1;
  }
}
