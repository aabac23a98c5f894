import type { BodyLine, HeadOf } from '../../contract/index.ts';
import { isLogicalPath, parseBodyHead, parseBodyLine } from '../../core/index.ts';
import { readLines } from './lines.ts';
import { DigestList } from './sequence.ts';

/** What a path must be after the change: a place in the digest list, nothing any more, or what a renamed file was. */
const GONE = -1;

interface Rename {
  readonly from: string;
  readonly to: string;
  digest: string | null;
}

/**
 * The lines of a version's body (lake.md section 6), held against the two states that an inventory tells: that of the version before and that
 * of the version. Memory grows with the files that the lines name, not with the dataset.
 */
export class Changes {
  /** First thing that does not agree, as a sentence; null while all agrees. */
  fault: string | null = null;
  readonly head: HeadOf<'version.committed'>;
  readonly #after = new Map<string, number>();
  readonly #digests = new DigestList();
  readonly #renames: Rename[] = [];
  readonly #renamedFrom = new Map<string, Rename[]>();
  /** Paths that v(N−1) must have. */
  readonly #mustHaveBeen = new Set<string>();
  #present = 0;
  #toMeet = 0;

  constructor(head: HeadOf<'version.committed'>) {
    this.head = head;
  }

  /** Adds one line. Answers false where the path has had a line already. */
  add(line: BodyLine): boolean {
    if ('note' in line) return true;
    switch (line.do) {
      case 'add':
        return this.#becomes(line.path, this.#digests.push(line.sha256));
      case 'replace':
        this.#mustHaveBeen.add(line.path);
        return this.#becomes(line.path, this.#digests.push(line.sha256));
      case 'remove':
        this.#mustHaveBeen.add(line.path);
        return this.#becomes(line.path, GONE);
      case 'rename': {
        const rename: Rename = { from: line.from, to: line.path, digest: null };
        this.#mustHaveBeen.add(line.from);
        this.#renames.push(rename);
        this.#renamedFrom.set(line.from, [...(this.#renamedFrom.get(line.from) ?? []), rename]);
        return this.#becomes(line.path, GONE - this.#renames.length);
      }
    }
  }

  /** Fast way for what `add` lines are nearly all of. */
  addFile(path: string, sha256: string, wasThere: boolean): boolean {
    if (wasThere) this.#mustHaveBeen.add(path);
    return this.#becomes(path, this.#digests.push(sha256));
  }

  /** Once after the last line: the old names of renamed files are gone, unless a line gives them to other bytes. */
  close(): void {
    for (const { from } of this.#renames) if (!this.#after.has(from)) this.#after.set(from, GONE);
    for (const value of this.#after.values()) if (value !== GONE) this.#toMeet += 1;
  }

  /** A file of v(N−1). Answers whether the lines name it. */
  before(digest: string, path: string): boolean {
    if (!this.#after.has(path)) return false;
    for (const rename of this.#renamedFrom.get(path) ?? []) rename.digest = digest;
    this.#mustHaveBeen.delete(path);
    return true;
  }

  /** A file of vN; every file of v(N−1) has been told before. Answers whether the lines name it. */
  now(digest: string, path: string): boolean {
    const value = this.#after.get(path);
    if (value === undefined) return false;
    const wanted = value === GONE ? null : value < GONE ? (this.#renames[GONE - 1 - value]?.digest ?? null) : this.#digests.hexAt(value);
    if (wanted !== digest) {
      this.fault ??= value === GONE ? `The body says that "${path}" is gone, the inventory still lists it.` : `Body and inventory give different bytes to "${path}".`;
    }
    this.#present += 1;
    return true;
  }

  /** After both states: the sentence that says what does not agree, or null. */
  end(): string | null {
    const [lost] = this.#mustHaveBeen;
    if (lost !== undefined) this.fault ??= `The body changes "${lost}", which the version before does not have.`;
    if (this.#present < this.#toMeet) this.fault ??= 'The body names files that the inventory does not list.';
    return this.fault;
  }

  /** How many files the version has, with those that the lines do not name. */
  files(untouched: number): number {
    return untouched + this.#present;
  }

  #becomes(path: string, value: number): boolean {
    if (this.#after.has(path)) return false;
    this.#after.set(path, value);
    return true;
  }
}

const fileLine = /^\{"do":"(add|replace)","mtime":(?:null|"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),"path":"(.+)","sha256":"([0-9a-f]{64})","size":(?:0|[1-9]\d{0,15})\}$/;

/** Reads the body of a `version.committed`; a text says why it cannot be read. */
export function readChanges(path: string, buffer: Uint8Array): Changes | string {
  let changes: Changes | null = null;
  let wrong = '';
  const fault = readLines(path, buffer, (line, number) => {
    if (changes === null) {
      const head = parseBodyHead(line.toString('utf8'), 'version.committed');
      if (head?.op === 'version.committed') changes = new Changes(head);
      else wrong = 'its first line is not that of a version';
      return changes !== null;
    }
    if (!addLine(changes, line)) wrong = `line ${String(number + 1)} is not a change or names a path that had its line already`;
    return wrong === '';
  });
  if (fault !== null) return fault.detail;
  if (wrong !== '' || changes === null) return wrong === '' ? 'it is empty' : wrong;
  const read: Changes = changes;
  read.close();
  return read;
}

function addLine(changes: Changes, line: Buffer): boolean {
  // Latin-1 keeps one character per byte, so that places in the text are places in the bytes.
  const match = fileLine.exec(line.toString('latin1'));
  if (match !== null && !(match[2] ?? '').includes('\\')) {
    const start = line.indexOf('"path":"') + 8;
    // Decoded from the bytes: a part of the line's text would keep the whole line in memory.
    const path = line.toString('utf8', start, start + (match[2] ?? '').length);
    if (isLogicalPath(path) && !path.includes('\ufffd')) return changes.addFile(path, match[3] ?? '', match[1] === 'replace');
  }
  const parsed = parseBodyLine(line.toString('utf8'));
  return parsed !== null && changes.add(parsed);
}
