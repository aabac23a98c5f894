import type { TreeRow } from '../../contract/api/index.ts';
import type { ReadableLake } from '../access.ts';
import type { VersionDetail } from '../catalog/index.ts';
import type { Doc } from './handler.ts';
import { fileShape } from './shapes.ts';

/** Rows read between two looks at what else is to be done. */
const AT_ONCE = 5_000;
/** Lists of folders that are kept; a version never changes, so that they stay true. */
const KEPT = 64;
/** Behind every path that begins with what stands before it. */
const LAST = '\u{10ffff}';

type Folder = Extract<TreeRow, { kind: 'folder' }>;

/** One folder of a version at a time: its folders with their totals, then its files. */
export class FolderLists {
  readonly #lists = new Map<string, Promise<readonly Folder[] | null>>();

  /** `after` is what the page before gave. Null where the version's files are not known. */
  async page(lake: ReadableLake, version: VersionDetail, under: string, after: string, limit: number, signal: AbortSignal): Promise<{ items: Doc<TreeRow>[]; next: string | null } | null> {
    const prefix = under === '' || under.endsWith('/') ? under : `${under}/`;
    const folders = await this.#foldersOf(lake, version, prefix);
    if (folders === null) return null;
    signal.throwIfAborted();
    const inFiles = after.startsWith('f:');
    const rest = inFiles ? [] : folders.filter(({ name }) => after === '' || name > after.slice(2));
    const items: Doc<TreeRow>[] = rest.slice(0, limit);
    if (rest.length > limit) return { items, next: `d:${items.at(-1)?.name ?? ''}` };
    const files = await filesIn(lake, version, prefix, inFiles ? after.slice(2) : '', limit - items.length + 1, folders, signal);
    if (items.length + files.length <= limit) return { items: [...items, ...files], next: null };
    items.push(...files.slice(0, -1));
    const last = items.at(-1);
    return { items, next: last === undefined ? null : last.kind === 'file' ? `f:${last.name}` : `d:${last.name}` };
  }

  async #foldersOf(lake: ReadableLake, version: VersionDetail, prefix: string): Promise<readonly Folder[] | null> {
    const key = `${lake.lake.id}\0${version.dataset}\0${version.hash}\0${prefix}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const list = count(lake, version, prefix);
    this.#lists.set(key, list);
    for (const old of this.#lists.keys()) {
      if (this.#lists.size <= KEPT) break;
      this.#lists.delete(old);
    }
    // What is not known yet, or could not be read, may be known the next time.
    const found = await list.catch((error: unknown) => {
      this.#lists.delete(key);
      throw error;
    });
    if (found === null) this.#lists.delete(key);
    return found;
  }
}

async function count(lake: ReadableLake, version: VersionDetail, prefix: string): Promise<readonly Folder[] | null> {
  const folders = new Map<string, { files: number; bytes: number }>();
  for (let after = prefix; ; ) {
    const page = lake.catalog.files(version.dataset, version.version, after, AT_ONCE);
    if (page === null) return null;
    let isPast = false;
    for (const { path, size } of page.files) {
      if (!path.startsWith(prefix)) {
        isPast = true;
        break;
      }
      const end = path.indexOf('/', prefix.length);
      if (end < 0) continue;
      const name = path.slice(prefix.length, end);
      const sums = folders.get(name);
      if (sums === undefined) folders.set(name, { files: 1, bytes: size });
      else {
        sums.files++;
        sums.bytes += size;
      }
    }
    if (isPast || page.next === null) break;
    after = page.next;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...folders].map(([name, sums]): Folder => ({ kind: 'folder', path: `${prefix}${name}/`, name, ...sums })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Files that stand in the folder itself, from behind a name on; what stands in its folders is stepped over. */
async function filesIn(lake: ReadableLake, version: VersionDetail, prefix: string, behind: string, limit: number, folders: readonly Folder[], signal: AbortSignal): Promise<Doc<TreeRow>[]> {
  const items: Doc<TreeRow>[] = [];
  // Where there are many folders and few files between them, small pages are thrown away less.
  const atOnce = folders.length === 0 ? limit : Math.min(limit, 200);
  for (let after = `${prefix}${behind}`; items.length < limit; ) {
    signal.throwIfAborted();
    const page = lake.catalog.files(version.dataset, version.version, after, atOnce);
    if (page === null) return items;
    let next: string | null = page.next;
    for (const file of page.files) {
      if (!file.path.startsWith(prefix)) return items;
      const end = file.path.indexOf('/', prefix.length);
      if (end >= 0) {
        next = `${file.path.slice(0, end + 1)}${LAST}`;
        break;
      }
      items.push({ kind: 'file', ...fileShape(file) });
      if (items.length === limit) return items;
    }
    if (next === null) return items;
    after = next;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return items;
}
