/** Files that a person dropped or chose, with the paths that they get. */

export interface Found {
  /** `cards/2024-08-08/NF-07.csv`; for a file that was dropped alone, its name. */
  readonly path: string;
  readonly file: File;
}

export interface Gathered {
  readonly files: readonly Found[];
  readonly bytes: number;
  readonly emptyFolders: readonly string[];
  /** Met and not readable, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly message: string }[];
}

/** Files of an `<input type="file">`, with their folders where a folder was chosen. */
export function chosen(files: Iterable<File>): Gathered {
  return whole([...files].map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file })), [], []);
}

/** Walks entries to their last file. `met` is called as files are found, for the screen to count. */
export async function walk(entries: readonly FileSystemEntry[], met: (files: number) => void): Promise<Gathered> {
  const files: Found[] = [];
  const emptyFolders: string[] = [];
  const unreadable: { path: string; message: string }[] = [];
  const open = entries.map((entry) => ({ entry, path: entry.name })).toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { entry, path } = next;
    try {
      if (entry.isFile) {
        files.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
        if (files.length % 500 === 0) met(files.length);
      } else {
        const children = await childrenOf(entry as FileSystemDirectoryEntry);
        if (children.length === 0) emptyFolders.push(path);
        open.push(...children.toReversed().map((child) => ({ entry: child, path: `${path}/${child.name}` })));
      }
    } catch (error) {
      unreadable.push({ path, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return whole(files, emptyFolders, unreadable);
}

function whole(files: readonly Found[], emptyFolders: readonly string[], unreadable: Gathered['unreadable']): Gathered {
  return { files, bytes: files.reduce((sum, { file }) => sum + file.size, 0), emptyFolders, unreadable };
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives at most 100 at a time, and an empty list after the last. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
