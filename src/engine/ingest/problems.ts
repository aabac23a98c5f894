import type { LogicalPath } from '../../contract/index.ts';
import type { Change } from '../lake/index.ts';
import { shown } from './names.ts';
import type { IntakeProblem } from './types.ts';

/** The sentences of an intake: what happened to one source, and what to do. */

const changes: Readonly<Record<Change, string>> = {
  longer: 'became longer while it was read',
  shorter: 'became shorter while it was read',
  rewritten: 'was written to while it was read',
  replaced: 'was replaced by another file while it was read',
  removed: 'was removed while it was read',
};

export function changed(source: string, path: LogicalPath, how: Change): IntakeProblem {
  const message = `"${shown(source)}" ${changes[how]}, so it was left out and nothing of this reading was kept. Put it again when no program writes to it.`;
  return { code: 'SOURCE_CHANGED', source, path, message };
}

export function unreadable(source: string, path: LogicalPath | null, code: string, what: 'file' | 'folder' = 'file'): IntakeProblem {
  const message = `"${shown(source)}" was left out${what === 'folder' ? ' with all that is in it' : ''}: ${reason(code)}`;
  return { code: 'SOURCE_UNREADABLE', source, path, message };
}

function reason(code: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is nothing of that name, or it was removed. Check the name and put it again.';
    case 'EACCES':
    case 'EPERM':
      return 'this account may not read it. Ask for the permission and put it again.';
    case 'EBUSY':
      return 'another program has it locked. Close that program and put it again.';
    case 'ENAMETOOLONG':
      return 'its path is longer than the system allows. Put a folder nearer to it by itself.';
    case 'EMFILE':
    case 'ENFILE':
      return 'the system has too many files open. Close other programs and put it again.';
    case '':
      return 'it could not be read. Put it again; if that fails as well, make a new copy of it first.';
    default:
      return `the disk or share that it is on answered with an error (${code}). Check that place, then put it again.`;
  }
}

/** A link, FIFO, socket or device that a person named, or that took a file's place after it was listed. */
export function refused(source: string, path: LogicalPath | null, what: 'symlink' | 'folder' | 'special', target?: string): IntakeProblem {
  const name = `"${shown(source)}"`;
  const message = {
    symlink: `${name} is a symbolic link${target === undefined ? '' : ` to "${shown(target)}"`}, and links are not followed. Put the file or folder itself.`,
    folder: `${name} was a file when it was listed and is a folder now, so it was left out. Put it again.`,
    special: `${name} is not an ordinary file (a pipe, a socket or a device), so it was not opened. Save what it delivers to a file, or put it with "put - --as NAME".`,
  }[what];
  return { code: 'SOURCE_REFUSED', source, path, message };
}

export function insideLake(source: string, path: LogicalPath | null): IntakeProblem {
  const message = `"${shown(source)}" belongs to the lake itself, so it was left out. To use records that the lake holds, take them out of their version first.`;
  return { code: 'SOURCE_REFUSED', source, path, message };
}

export function nameNotUtf8(source: string, path: LogicalPath | null): IntakeProblem {
  const message = `The name of "${source}" is not valid UTF-8 (the bytes that are not are shown as \\xNN), so it was left out: a name that cannot be written down exactly cannot be kept exactly. Rename it and put it again.`;
  return { code: 'NAME_INVALID', source, path, message };
}

export function nameRefused(source: string, why: string): IntakeProblem {
  return { code: 'NAME_INVALID', source, path: null, message: `"${shown(source)}" was left out: its name ${why}. Give it a name with "--as NAME".` };
}

export function nameTwice(source: string, path: LogicalPath): IntakeProblem {
  const message = `"${shown(source)}" was left out: another source of this intake has the same name, "${shown(path)}". Give one of them a name with "--as NAME", or put it by itself to replace the other.`;
  return { code: 'NAME_INVALID', source, path, message };
}

export function nameBlocked(source: string, path: LogicalPath): IntakeProblem {
  const message = `"${shown(source)}" was left out: its name "${shown(path)}" needs a folder where the draft holds a file. Remove that file from the draft, or give this one a name with "--as NAME".`;
  return { code: 'NAME_INVALID', source, path, message };
}
