import type { FindingSink } from '../findings.ts';
import type { BagitCode } from './codes.ts';
import type { TarHeaders } from './tar-walk.ts';

/** One entry of a tar file, as far as a bag needs it. */
export interface TarEntry {
  /** Full name without a leading `./`; ends in `/` for a folder. '' for the top itself. */
  readonly name: string;
  readonly size: number;
  /** Where its bytes begin in the tar. */
  readonly start: number;
}

/** An entry that can be part of a bag; null, with a finding, for links, devices and names that lead elsewhere. */
export function tarEntryOf(header: TarHeaders, start: number, findings: FindingSink<BagitCode>): TarEntry | null {
  const { type, size } = header;
  const name = header.name.replace(/^(?:\.\/+)+/, '').replace(/^\.$/, '');
  if (isUnsafeName(name)) {
    findings.add('BAGIT_ARCHIVE_UNSAFE', name, 'This name could lead to a place outside the bag.');
    return null;
  }
  if (type === 'directory') return { name: name === '' || name.endsWith('/') ? name : `${name}/`, size: 0, start };
  if ((type !== 'file' && type !== 'contiguous-file') || 'GNU.sparse.major' in header.pax) {
    findings.add('BAGIT_LINK', name, 'This is neither a plain file nor a folder; nothing was read through it.');
    return null;
  }
  return { name, size, start };
}

function isUnsafeName(name: string): boolean {
  if (name === '') return false;
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  return name.includes('\0') || /^[\\/]|^[A-Za-z]:/.test(name) || parts.some((part) => part === '' || part === '.') || name.split(/[\\/]/).includes('..');
}

/** Many entries in less memory than as objects. */
export class TarEntries {
  readonly #names: string[] = [];
  readonly #sizes: number[] = [];
  readonly #starts: number[] = [];

  get length(): number {
    return this.#names.length;
  }

  add({ name, size, start }: TarEntry): void {
    this.#names.push(name);
    this.#sizes.push(size);
    this.#starts.push(start);
  }

  names(): readonly string[] {
    return this.#names;
  }

  at(index: number): TarEntry {
    return { name: this.#names[index] ?? '', size: this.#sizes[index] ?? 0, start: this.#starts[index] ?? 0 };
  }
}
