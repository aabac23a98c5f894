import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { Instant, instantOf, LakeJson } from '../../contract/index.ts';
import type { KnownLake } from '../../contract/api/index.ts';
import type { Clock } from '../clock.ts';
import { ifMissing } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';

const Remembered = z.object({ folder: z.string(), opened: Instant, sample: z.boolean() });
type Remembered = z.infer<typeof Remembered>;

/** Lakes that this account has opened (`lakes.json` in the profile), and those in its folder of lakes. */
export class KnownLakes {
  readonly #profile: string;
  readonly #home: string | null;
  readonly #durable: Durable;
  readonly #clock: Clock;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(profile: string, home: string | null, durable: Durable, clock: Clock) {
    this.#profile = profile;
    this.#home = home;
    this.#durable = durable;
    this.#clock = clock;
  }

  /** The last opened first, then the others by name. */
  async list(): Promise<KnownLake[]> {
    const remembered = await this.#read();
    const known: KnownLake[] = [];
    // Together, and none of them for long: a share that is away does not keep the others from being listed.
    const found = await Promise.all(remembered.map(({ folder }) => soon(lakeJsonAt(folder))));
    for (const [i, { folder, opened, sample }] of remembered.entries()) {
      const there = found[i] ?? null;
      known.push({ key: keyOf(folder), name: basename(folder), folder, sample: there?.sample ?? sample, opened, present: there !== null });
    }
    for (const { folder, lake } of await this.#atHome()) {
      if (known.some((item) => item.folder === folder)) continue;
      known.push({ key: keyOf(folder), name: basename(folder), folder, sample: lake.sample, opened: null, present: true });
    }
    return known.sort((a, b) => (a.opened === b.opened ? compare(a.name, b.name) : compare(b.opened ?? '', a.opened ?? '')));
  }

  /** Folder of the lake with this key; null where none is known. */
  async folderOf(key: string): Promise<string | null> {
    return (await this.list()).find((lake) => lake.key === key)?.folder ?? null;
  }

  /** Notes that a lake was opened now. */
  remember(folder: string, sample: boolean): Promise<void> {
    return this.#change((list) => [...list.filter((item) => item.folder !== folder), { folder, opened: instantOf(this.#clock.now()), sample }]);
  }

  /** False where none is remembered by this key. One that stands in the folder of lakes is listed all the same. */
  async forget(key: string): Promise<boolean> {
    let found = false;
    await this.#change((list) => {
      const left = list.filter((item) => keyOf(item.folder) !== key);
      found = left.length < list.length;
      return left;
    });
    return found;
  }

  #change(change: (list: readonly Remembered[]) => readonly Remembered[]): Promise<void> {
    const turn = this.#turn.then(async () => {
      const list = change(await this.#read());
      await this.#durable.replaceDerived(join(this.#profile, 'lakes.json'), () => Buffer.from(`${JSON.stringify(list, null, 2)}\n`), this.#profile);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #read(): Promise<Remembered[]> {
    const text = await readFile(join(this.#profile, 'lakes.json'), 'utf8').catch(ifMissing('[]'));
    try {
      const parsed = z.array(z.unknown()).safeParse(JSON.parse(text));
      return (parsed.data ?? []).flatMap((item) => Remembered.safeParse(item).data ?? []);
    } catch {
      // What cannot be read is forgotten: the lakes themselves are not touched by it.
      return [];
    }
  }

  async #atHome(): Promise<{ readonly folder: string; readonly lake: LakeJson }[]> {
    if (this.#home === null) return [];
    const home = await realpath(this.#home).catch(ifMissing(null));
    if (home === null) return [];
    const found = [];
    for (const entry of await readdir(home, { withFileTypes: true })) {
      const lake = entry.isDirectory() ? await lakeJsonAt(join(home, entry.name)) : null;
      if (lake !== null) found.push({ folder: join(home, entry.name), lake });
    }
    return found;
  }
}

/** Names a lake's place in addresses. */
export function keyOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 16);
}

async function lakeJsonAt(folder: string): Promise<LakeJson | null> {
  try {
    return LakeJson.safeParse(JSON.parse(await readFile(join(folder, 'lake.json'), 'utf8'))).data ?? null;
  } catch {
    // Away, closed to this account or no lake: it cannot be opened now, whatever it is.
    return null;
  }
}

/** A folder that does not answer within this time is shown as not there, ms. */
const SOON_MS = 2_000;

async function soon<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, SOON_MS, null)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
