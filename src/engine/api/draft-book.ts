import type { DatasetId, LogicalPath } from '../../contract/index.ts';
import { HmsError } from '../../contract/index.ts';
import type { Draft as DraftShape, DraftChange } from '../../contract/api/index.ts';
import type { ReadableLake } from '../access.ts';
import { draftsOf, openDraftOf } from '../drafting.ts';
import type { Draft, DraftJson } from '../lake/index.ts';
import type { Doc } from './handler.ts';

/** Sums of a draft that is being put into are this old at most, ms. */
const SUMS_MS = 1_000;
/** Drafts that are kept open for the next question. */
const KEPT = 8;

interface Sums {
  readonly changes: number;
  readonly added: number;
  readonly bytes: number;
  readonly removed: number;
  readonly notes: { readonly symlinks: number; readonly special: number; readonly emptyFolders: number };
}

interface Known {
  readonly draft: Draft;
  /** Put into by a job of this program at this moment: closed by that one. */
  readonly isHeld: boolean;
  sums: Sums | null;
  at: number;
}

/** Drafts as they are looked at: their journals are read once, and again only when someone has written to them since. */
export class DraftBook {
  readonly #known = new Map<string, Known>();
  readonly #opening = new Map<string, Promise<Known>>();
  readonly #monotonic: () => number;
  readonly #isAway: () => boolean;
  /** As they were told last: what is told while the lake's folder does not answer. */
  #told: { readonly list: Doc<DraftShape>[]; readonly changes: ReadonlyMap<string, number> } = { list: [], changes: new Map() };

  constructor(monotonic: () => number, isAway: () => boolean) {
    this.#monotonic = monotonic;
    this.#isAway = isAway;
  }

  /** A job puts into this draft from now on, until what is answered is called. */
  holds(draft: Draft): () => void {
    this.#drop(draft.txn);
    this.#known.set(draft.txn, { draft, isHeld: true, sums: null, at: -Infinity });
    return () => void this.#known.delete(draft.txn);
  }

  /** All drafts that are not committed. One whose journals cannot be read is listed with nothing in it. */
  async list(lake: ReadableLake): Promise<Doc<DraftShape>[]> {
    if (this.#isAway()) return this.#told.list;
    const drafts: Doc<DraftShape>[] = [];
    for (const record of await draftsOf(lake)) {
      try {
        drafts.push(shape(lake, record, await this.#sumsOf(lake, record)));
      } catch (error) {
        if (!(error instanceof HmsError)) throw error;
        drafts.push(shape(lake, record, nothingIn));
      }
    }
    this.#told = { list: drafts, changes: new Map(drafts.filter(({ mine }) => mine).map(({ dataset, added, removed }) => [dataset, added + removed])) };
    return drafts;
  }

  /** This account's draft of a dataset. DRAFT_NONE where there is none. */
  async get(lake: ReadableLake, dataset: DatasetId): Promise<Doc<DraftShape>> {
    if (this.#isAway()) {
      const known = this.#told.list.find((draft) => draft.dataset === dataset && draft.mine);
      if (known !== undefined) return known;
      throw noDraft(dataset);
    }
    const record = await this.#mine(lake, dataset);
    return shape(lake, record, await this.#sumsOf(lake, record));
  }

  /** Number of changes in this account's draft of each dataset that has one. */
  async changesByDataset(lake: ReadableLake): Promise<ReadonlyMap<string, number>> {
    if (this.#isAway()) return this.#told.changes;
    const counts = new Map<string, number>();
    for (const record of await draftsOf(lake)) {
      if (!isMine(lake, record) || record.transform !== undefined) continue;
      counts.set(record.dataset, (await this.#open(lake, record).catch(unreadable))?.draft.changes.size ?? 0);
    }
    this.#told = { ...this.#told, changes: counts };
    return counts;
  }

  async changes(lake: ReadableLake, dataset: DatasetId, after: string, limit: number): Promise<{ items: Doc<DraftChange>[]; next: string | null }> {
    const { draft } = await this.#open(lake, await this.#mine(lake, dataset));
    const items: Doc<DraftChange>[] = [];
    for (const { path, file } of draft.changes.byPath(after)) {
      if (items.length === limit) return { items, next: items.at(-1)?.path ?? null };
      items.push(file === 'gone' ? { kind: 'removed', path, size: null, sha256: null, mtime: null } : { kind: draft.base(path) === null ? 'added' : 'replaced', path, size: file.size, sha256: file.sha256, mtime: file.mtime });
    }
    return { items, next: null };
  }

  /** The file at a path as this account's draft of a dataset would commit it, for many paths of one dataset. Null where there is no draft. */
  async current(lake: ReadableLake, dataset: DatasetId): Promise<((path: LogicalPath) => { readonly size: number; readonly mtime: string | null } | 'gone' | null) | null> {
    const record = (await draftsOf(lake)).find((draft) => draft.dataset === dataset && isMine(lake, draft));
    if (record === undefined) return null;
    const { draft } = await this.#open(lake, record);
    return (path) => draft.staged(path);
  }

  /** Lets go of what is open: the lake that it belongs to is closed. */
  close(): void {
    for (const txn of [...this.#known.keys()]) this.#drop(txn);
    this.#told = { list: [], changes: new Map() };
  }

  async #mine(lake: ReadableLake, dataset: DatasetId): Promise<DraftJson> {
    const record = (await draftsOf(lake)).find((draft) => draft.dataset === dataset && isMine(lake, draft));
    if (record !== undefined) return record;
    throw noDraft(dataset);
  }

  async #sumsOf(lake: ReadableLake, record: DraftJson): Promise<Sums> {
    const known = await this.#open(lake, record);
    const now = this.#monotonic();
    if (known.sums !== null && (!known.isHeld || now - known.at < SUMS_MS)) return known.sums;
    known.sums = await sum(known.draft);
    known.at = now;
    return known.sums;
  }

  /** Asked for twice at once, it is opened once. */
  #open(lake: ReadableLake, record: DraftJson): Promise<Known> {
    const opening = this.#opening.get(record.txn) ?? this.#openNow(lake, record).finally(() => this.#opening.delete(record.txn));
    this.#opening.set(record.txn, opening);
    return opening;
  }

  async #openNow(lake: ReadableLake, record: DraftJson): Promise<Known> {
    const known = this.#known.get(record.txn);
    if (known !== undefined && (known.isHeld || (await known.draft.isAsKnown()))) return known;
    const draft = await openDraftOf(lake, record);
    const held = this.#known.get(record.txn);
    if (held?.isHeld === true) {
      draft.close();
      return held;
    }
    this.#drop(record.txn);
    const fresh: Known = { draft, isHeld: false, sums: null, at: -Infinity };
    this.#known.set(record.txn, fresh);
    for (const [txn, { isHeld }] of this.#known) if (this.#known.size > KEPT && !isHeld && txn !== record.txn) this.#drop(txn);
    return fresh;
  }

  #drop(txn: string): void {
    const known = this.#known.get(txn);
    this.#known.delete(txn);
    if (known?.isHeld === false) known.draft.close();
  }
}

export function isMine(lake: ReadableLake, draft: DraftJson): boolean {
  return draft.station === lake.station?.id && draft.osUser === lake.by.account;
}

/** There is none on this workstation. */
export function noDraft(dataset: DatasetId): HmsError {
  return new HmsError('DRAFT_NONE', `There is no draft of ${dataset} on this workstation.`, { kept: 'Nothing was changed.', next: 'Add files to the dataset first.' });
}

/** A draft whose journals cannot be read is listed all the same. */
function unreadable(error: unknown): null {
  if (error instanceof HmsError) return null;
  throw error;
}

const nothingIn: Sums = { changes: 0, added: 0, bytes: 0, removed: 0, notes: { symlinks: 0, special: 0, emptyFolders: 0 } };

/** Rows between two looks at what else is to be done. */
const AT_ONCE = 10_000;

async function sum(draft: Draft): Promise<Sums> {
  const sums = { changes: 0, added: 0, bytes: 0, removed: 0 };
  const notes = { symlinks: 0, special: 0, emptyFolders: 0 };
  let after = '';
  for (let more = true; more; ) {
    let rows = 0;
    more = false;
    for (const { path, file } of draft.changes.byPath(after)) {
      if (rows === AT_ONCE) {
        more = true;
        break;
      }
      rows++;
      after = path;
      sums.changes++;
      if (file === 'gone') sums.removed++;
      else {
        sums.added++;
        sums.bytes += file.size;
      }
    }
    if (more) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { note } of draft.changes.notes()) notes[note === 'emptyFolder' ? 'emptyFolders' : note === 'symlink' ? 'symlinks' : 'special']++;
  return { ...sums, notes };
}

function shape(lake: ReadableLake, record: DraftJson, { added, bytes, removed, notes }: Sums): Doc<DraftShape> {
  return { dataset: record.dataset, started: record.started, mine: isMine(lake, record), account: record.osUser, base: record.base?.ver ?? null, added, bytes, removed, notes };
}
