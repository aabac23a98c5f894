import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HmsError, instantOf, LAKE_FORMAT, LakeJson } from '../../contract/index.ts';
import type { RootName } from '../../contract/index.ts';
import { canonicalJson, parseEntry, STORAGE_ROOT_FILES, toHex } from '../../core/index.ts';
import type { Clock } from '../clock.ts';
import { codeOf } from './durable.ts';
import type { Durable } from './durable.ts';
import { ifMissing, leafAt } from './leaf.ts';
import type { LakePaths } from './paths.ts';
import { sha256 } from './sha.ts';

/** The folders and fixed files of a new lake (docs/formats/lake.md section 2). What makes it a lake is entry 0, claimed afterwards. */

/** What this program puts into a lake's folder; anything else there means that the folder is in use for something. */
const ours = new Set(['lake.json', 'README.txt', 'store', 'raw', 'ledger', 'keys', 'staging', 'stations', 'origins']);

/**
 * Lays out an empty lake and answers its lake.json. A folder that an earlier `init` left unfinished is completed under the id that it chose;
 * a folder with anything else in it is refused.
 */
export async function layOutLake(paths: LakePaths, zone: string, sample: boolean, durable: Durable, clock: Clock): Promise<LakeJson> {
  const names = await readdir(paths.root).catch(ifMissing([]));
  const foreign = names.find((name) => !ours.has(name));
  if (foreign !== undefined) {
    throw new HmsError('ALREADY_A_LAKE', `${paths.root} is not empty: it holds "${foreign}".`, {
      kept: 'Nothing was changed.',
      next: 'Give a new folder, or an empty one.',
    });
  }
  if ((await leafAt(paths.entry(0), durable.place, clock)).is !== 'free') {
    throw new HmsError('ALREADY_A_LAKE', `${paths.root} is a lake already.`, { kept: 'Nothing was changed.', next: `Use it with: hms dta ls --lake '${paths.root}'` });
  }
  for (const folder of [paths.entries, paths.requests, paths.staging, paths.stations]) await durable.makeFolder(folder);
  for (const root of ['store', 'raw'] as const) await layOutRoot(paths, root, durable);
  await durable.rewrite(paths.readme, Buffer.from(readme));
  return lakeJson(paths, zone, sample, durable, clock);
}

async function layOutRoot(paths: LakePaths, root: RootName, durable: Durable): Promise<void> {
  for (const file of STORAGE_ROOT_FILES) {
    const path = join(paths.storageRoot(root), ...file.name.split('/'));
    await durable.makeFolder(dirname(path));
    await durable.rewrite(path, Buffer.from(file.text));
  }
}

async function lakeJson(paths: LakePaths, zone: string, sample: boolean, durable: Durable, clock: Clock): Promise<LakeJson> {
  const id = clock.uuid();
  const lake = LakeJson.parse({ created: instantOf(clock.now()), format: LAKE_FORMAT, id, origin: `hms-dta/${id}`, sample, zone });
  const bytes = Buffer.from(lakeJsonText(lake));
  try {
    await durable.writeNew(paths.lakeJson, bytes);
    return lake;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  // Another init was quicker, may be writing it at this moment, or was interrupted in the middle of it: then no entry names it.
  for (let attempt = 1; attempt <= 20; attempt++) {
    const there = await unlessUnreadable(readLakeJson(paths));
    if (there !== null) return there.lake;
    await clock.sleep(100);
  }
  await durable.rewrite(paths.lakeJson, bytes);
  return lake;
}

/** Null where lake.json cannot be read as one; one of a newer format is an error all the same. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HmsError && error.code === 'NOT_A_LAKE') return null;
    throw error;
  }
}

/** The exact text of lake.json. */
export function lakeJsonText(lake: LakeJson): string {
  return `${canonicalJson(lake)}\n`;
}

/** Reads lake.json; its bytes too, because entry 0 names their hash. NOT_A_LAKE where there is none or it is not one. */
export async function readLakeJson(paths: LakePaths): Promise<{ lake: LakeJson; bytes: Uint8Array }> {
  let bytes;
  try {
    bytes = await readFile(paths.lakeJson);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
    if (await lstat(paths.root).then(() => false, ifMissing(true))) {
      throw new HmsError('NOT_A_LAKE', `${paths.root} is not there: it was moved or deleted, or the disk or share that holds it is not connected.`, {
        next: 'Connect that disk or share or put the folder back, or name another lake.',
      });
    }
    throw new HmsError('NOT_A_LAKE', `${paths.root} is not a lake: it has no lake.json.`, {
      next: 'Name the lake with --lake DIR or HMS_LAKE, or make one with: hms dta init DIR',
    });
  }
  const parsed = LakeJson.safeParse(parseOrNull(bytes.toString('utf8')));
  if (parsed.success) return { lake: parsed.data, bytes };
  const format: unknown = (parseOrNull(bytes.toString('utf8')) as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format.startsWith('hms-dta-lake/') && format !== LAKE_FORMAT) {
    throw new HmsError('LAKE_NEWER', `${paths.root} has the format ${format}, which this program does not know.`, { next: 'Open it with a newer HMS-DTA.' });
  }
  throw new HmsError('NOT_A_LAKE', `${paths.lakeJson} cannot be read as a lake's description.`, { next: 'Restore lake.json from a backup of this lake.' });
}

/**
 * Why a lake is not written to whose lake.json is not the file that entry 0 names: what it says (zone, origin) would go into everything that is
 * written from then on. Null where it is that file, and where there is no entry 0 that says so.
 */
export async function editedLakeJson(paths: LakePaths): Promise<HmsError | null> {
  const [lakeJsonBytes, first] = await Promise.all([readFile(paths.lakeJson), readFile(join(paths.entry(0), 'entry.json')).catch(ifMissing(null))]);
  const parsed = first === null ? null : parseEntry(first);
  const named = parsed?.ok === true ? parsed.entry.outputs.find((output) => 'ref' in output && output.ref === 'lake.json')?.sha256 : undefined;
  if (named === undefined || named === toHex(sha256(lakeJsonBytes))) return null;
  return new HmsError('LEDGER_DAMAGED', 'lake.json was changed: it is not the file that the first entry of the ledger names.', {
    kept: 'The lake was opened read-only; nothing was changed.',
    next: 'Restore lake.json from a backup of this lake.',
  });
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const readme = `This folder is a lake: records kept by HMS-DTA, in open formats. It can be read without that program.

store/    An OCFL 1.1 storage root (https://ocfl.io/1.1/spec/). Each dataset is an OCFL object: a folder
          with v1, v2 ... in it. vN/inventory.json lists every file of version N: "state" gives the name
          of each file, "manifest" gives where its bytes are.
raw/      A second OCFL 1.1 storage root, for records to which fewer people have access.
ledger/   A transparency log (https://c2sp.org/tlog-tiles). ledger/entries/x000/x001/234/entry.json is
          entry 1,234. Each names the hash of the one before, and is signed. body.json beside it says
          the same in words; "cat body.salt body.json | sha256sum" gives the commitment in the entry.
keys/     The certificates of those who signed.
staging/  Work that is not committed, or that was interrupted. Do not remove anything in it by hand.

The hash of a version is the SHA-256 of its vN/inventory.json, and stands in the ledger:

    sha256sum store/*/*/*/v1/inventory.json
    grep -r version.committed ledger/entries

The file names, the words and the order of everything here are defined in the format description
hms-dta-lake/1 that comes with HMS-DTA (docs/formats/lake.md). lake.json says when this lake was made.
`;
