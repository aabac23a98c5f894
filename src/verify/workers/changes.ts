import type { BodyLine, HeadOf } from '../../contract/index.ts';
import { isLogicalPath, parseBodyHead, parseBodyLine } from '../../core/index.ts';
import { DigestList, Marks, PathTable } from './compact.ts';
import { readLines } from './lines.ts';

/** What a path must be after the change. */
const GONE = 1;
const GIVEN = 2;
const RENAMED = 3;
/** Added to the mark of a path that v(N−1) must have, until it is met there. */
const EXPECTED_BEFORE = 4;

interface Rename {
  readonly from: string;
  readonly to: number;
  met: boolean;
}

/**
 * The lines of a version's body (lake.md section 6), held against the two states that an inventory tells: that of the version before and that
 * of the version. Memory grows with the files that the lines name, not with the dataset.
 */
export class Changes {
  readonly head: Pick<HeadOf<'version.committed'>, 'files' | 'message'>;
  readonly #paths = new PathTable();
  /** For each path, what it must become; the digest stands in `#digests` at the same place. */
  readonly #marks = new Marks();
  readonly #digests = new DigestList();
  readonly #renamesFrom = new Map<string, Rename[]>();
  #expectedBefore = 0;
  #expectedNow = 0;
  #present = 0;
  #fault: string | null = null;

  constructor(head: Pick<HeadOf<'version.committed'>, 'files' | 'message'>) {
    this.head = head;
  }

  /** Adds one line. Answers false where the path has had a line already. */
  add(line: BodyLine): boolean {
    if ('note' in line) return true;
    switch (line.do) {
      case 'add':
        return this.give(line.path, line.sha256, false);
      case 'replace':
        return this.give(line.path, line.sha256, true);
      case 'remove':
        return this.#becomes(line.path, GONE + EXPECTED_BEFORE) !== null;
      case 'rename': {
        const to = this.#becomes(line.path, RENAMED);
        if (to === null) return false;
        this.#renamesFrom.set(line.from, [...(this.#renamesFrom.get(line.from) ?? []), { from: line.from, to, met: false }]);
        return true;
      }
    }
  }

  /** A path gets these bytes. */
  give(path: string, sha256: string, wasThere: boolean): boolean {
    const index = this.#becomes(path, GIVEN + (wasThere ? EXPECTED_BEFORE : 0));
    if (index === null) return false;
    this.#digests.at(index).write(sha256, 'hex');
    return true;
  }

  /** Once after the last line: the old names of renamed files are gone, unless a line gives them to other bytes. */
  close(): void {
    for (const from of this.#renamesFrom.keys()) this.#becomes(from, GONE);
  }

  /** A file of v(N−1). Answers whether the lines name it. */
  before(digest: string, path: string): boolean {
    const index = this.#paths.find(path);
    if (index === null) return false;
    const mark = this.#marks.get(index);
    if (mark >= EXPECTED_BEFORE) {
      this.#expectedBefore -= 1;
      this.#marks.set(index, mark - EXPECTED_BEFORE);
    }
    for (const rename of this.#renamesFrom.get(path) ?? []) {
      rename.met = true;
      this.#digests.at(rename.to).write(digest, 'hex');
    }
    return true;
  }

  /** A file of vN; every file of v(N−1) has been told before. Answers whether the lines name it. */
  now(digest: string, path: string): boolean {
    const index = this.#paths.find(path);
    if (index === null) return false;
    const mark = this.#marks.get(index) % EXPECTED_BEFORE;
    if (mark === GONE) this.#fault ??= `The body says that "${path}" is gone, the inventory still lists it.`;
    else if (this.#digests.hexAt(index) !== digest) this.#fault ??= `Body and inventory give different bytes to "${path}".`;
    this.#present += 1;
    return true;
  }

  /** After both states: the sentence that says what does not agree, or null. `untouched`: how many files of vN the lines do not name. */
  end(untouched: number): string | null {
    const lost = [...this.#renamesFrom.values()].flat().find(({ met }) => !met);
    if (lost !== undefined) return `The body renames "${lost.from}", which the version before does not have.`;
    if (this.#expectedBefore > 0) return 'The body replaces or removes files that the version before does not have.';
    if (this.#fault !== null) return this.#fault;
    if (this.#present !== this.#expectedNow) return 'The body names files that the inventory does not list.';
    const files = untouched + this.#present;
    return files === this.head.files ? null : `The body says that the version has ${String(this.head.files)} files, the inventory lists ${String(files)}.`;
  }

  #becomes(path: string, mark: number): number | null {
    const index = this.#paths.add(path);
    if (index === null) return null;
    this.#digests.push();
    this.#marks.set(index, mark);
    if (mark >= EXPECTED_BEFORE) this.#expectedBefore += 1;
    if (mark % EXPECTED_BEFORE !== GONE) this.#expectedNow += 1;
    return index;
  }
}

const fileLine = /^\{"do":"(add|replace)","mtime":(?:null|"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),"path":"(.+)","sha256":"([0-9a-f]{64})","size":(?:0|[1-9]\d{0,15})\}$/;

/** Reads the body of a `version.committed`, or of a `raw.received`, which tells the one file of its object; a text says why it cannot be read. */
export function readChanges(path: string, buffer: Uint8Array): Changes | string {
  let changes: Changes | null = null;
  let wrong = '';
  const fault = readLines(path, buffer, (line, number) => {
    if (changes === null) {
      const text = line.toString('utf8');
      const head = parseBodyHead(text, 'version.committed');
      if (head?.op === 'version.committed') changes = new Changes(head);
      else if (parseBodyHead(text, 'raw.received') !== null) changes = new Changes({ files: 1, message: 'Version 1' });
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
  // Nearly all lines are of this form, and schemas would cost more than all the rest of the check. Latin-1 keeps one character per byte, so
  // that places in the text are places in the bytes.
  const match = fileLine.exec(line.toString('latin1'));
  if (match !== null && !(match[2] ?? '').includes('\\')) {
    const start = line.indexOf('"path":"') + 8;
    const path = line.toString('utf8', start, start + (match[2] ?? '').length);
    if (isLogicalPath(path) && !path.includes('\ufffd')) return changes.give(path, match[3] ?? '', match[1] === 'replace');
  }
  const parsed = parseBodyLine(line.toString('utf8'));
  return parsed !== null && changes.add(parsed);
}
