import type { ReadOcflInventoryResult } from '../workers/read-ocfl-inventory.ts';
import type { ContentFolder } from './content.ts';
import { ContentCheck } from './content.ts';
import { ContentList } from './content-list.ts';
import { compareEarlier, placesOf, reportDifference, sameState } from './earlier.ts';
import type { PlaceSum } from './inventory/places.ts';
import { Printer } from './inventory/printer.ts';
import { versionNumber } from './inventory/version-names.ts';
import { checkVersionFolder } from './object-folder.ts';
import type { ListedVersion, OpenObject } from './open-object.ts';
import { readInventory } from './open-object.ts';
import { checkSidecars, INVENTORY } from './sidecar.ts';
import type { NamedVersion } from './top-inventory.ts';
import { judgeVersions, reportInventory, reportPlaces } from './top-inventory.ts';

/** Inventories of earlier versions that are read ahead, so that all threads have one. */
const AHEAD = 3;

/** An inventory that lists content otherwise than those that were compared with the files, and the versions about which it does. */
interface Deviating {
  readonly path: string;
  readonly newest: number;
  readonly versions: ReadonlySet<string>;
}

/** Checks the folders of the versions: their inventories against the one at the top, and their content against all inventories. */
export async function checkVersions(open: OpenObject, versions: readonly NamedVersion[]): Promise<void> {
  const check = new VersionsCheck(open, versions);
  await check.earlier();
  check.folders();
  await check.content();
}

class VersionsCheck {
  readonly #open: OpenObject;
  readonly #versions: readonly NamedVersion[];
  readonly #newest: NamedVersion | undefined;
  /** Of each version that has an inventory of its own: its algorithm and the name it sets for the content folder. */
  readonly #own = new Map<string, { readonly algorithm: string | null; readonly content: string | null }>();
  /** Sums of content that is compared with the files, by version. */
  readonly #compared = new Map<string, Set<string>>();
  readonly #lists: ContentList[] = [];
  readonly #deviating: Deviating[] = [];
  readonly #algorithms = new Set<string>();
  #topByContent: ReadOcflInventoryResult | null = null;

  constructor(open: OpenObject, versions: readonly NamedVersion[]) {
    this.#open = open;
    this.#versions = versions;
    this.#newest = versions.at(-1);
    if (this.#newest !== undefined) this.#own.set(this.#newest.name, { algorithm: open.top.algorithm, content: open.top.contentDirectory });
    this.#compareWithFiles(INVENTORY, this.#newest?.number ?? 0, open.top);
  }

  /** Reads the inventories of all versions, the newest first. */
  async earlier(): Promise<void> {
    const { object, top } = this.#open;
    this.#head();
    const earlier = this.#versions.slice(0, -1).toReversed().flatMap(({ name, number }) => {
      const folder = this.#open.folders.get(name);
      return folder === undefined || folder.digests === null ? [] : [{ name, number, folder }];
    });
    const reading = new Map<string, Promise<ReadOcflInventoryResult>>();
    let laterSpec = top.spec;
    let laterPath = INVENTORY;
    for (const [index, { name, number, folder }] of earlier.entries()) {
      for (const { name: ahead } of earlier.slice(index, index + AHEAD)) {
        if (!reading.has(ahead)) reading.set(ahead, readInventory(object, this.#open.key, `${ahead}/${INVENTORY}`, {}));
      }
      const result = await (reading.get(name) as Promise<ReadOcflInventoryResult>);
      reading.delete(name);
      const path = `${name}/${INVENTORY}`;
      await this.#version(name, number, folder, result);
      if (result.spec === null) continue;
      if (laterSpec !== null && result.spec > laterSpec) {
        object.add('E103', laterPath, `It is of OCFL ${laterSpec}, and the inventory of the earlier version ${name} is of OCFL ${result.spec}.`);
      }
      laterSpec = result.spec;
      laterPath = path;
    }
  }

  /** The newest version's own inventory must be the same as the one at the top (section 3.7). */
  #head(): void {
    const { object, folders, topDigest, top } = this.#open;
    const folder = this.#newest === undefined ? undefined : folders.get(this.#newest.name);
    if (folder === undefined || folder.digests === null) return;
    const same = folder.digests.get('sha256') === topDigest;
    if (!same) object.add('E064', `${folder.name}/${INVENTORY}`, 'The inventory of the newest version is not the same as the one at the top of the object.');
    checkSidecars(object, { place: `${folder.name}/`, names: folder.names, digests: folder.digests }, same ? top.algorithm : null);
  }

  async #version(name: string, number: number, folder: ListedVersion, reading: ReadOcflInventoryResult): Promise<void> {
    const { object, top } = this.#open;
    const path = `${name}/${INVENTORY}`;
    reportInventory(object, path, reading);
    checkSidecars(object, { place: `${name}/`, names: folder.names, digests: folder.digests ?? new Map<string, string>() }, reading.isInventory ? reading.algorithm : null);
    if (reading.unreadable !== null || !reading.isInventory) return;
    this.#own.set(name, { algorithm: reading.algorithm, content: reading.contentDirectory });
    judgeVersions(object, path, { ...reading, head: null });
    const differing = compareEarlier(object, { path: INVENTORY, reading: top }, { path, reading }, name, number === 1);
    if (reading.algorithm === top.algorithm) {
      for (const version of differing) await this.#reportDifference(path, version, false);
    } else if (top.hasManifest && reading.hasManifest) {
      await this.#compareByContent(path, number);
    }
    await this.#noteContent(path, number, reading);
  }

  /** Digests of different algorithms cannot be compared: the states are read again, with content paths in the place of digests. */
  async #compareByContent(path: string, limit: number): Promise<void> {
    const { object, key } = this.#open;
    this.#topByContent ??= await readInventory(object, key, INVENTORY, { byContent: true });
    const top = this.#topByContent;
    const reading = await readInventory(object, key, path, { byContent: true });
    const places = placesOf(top);
    for (const [place, version] of reading.versions.names.entries()) {
      const topPlace = places.get(version);
      const number = versionNumber(version);
      if (topPlace === undefined || number === null || number > limit || sameState(top, topPlace, reading, place)) continue;
      await this.#reportDifference(path, version, true);
    }
  }

  async #reportDifference(path: string, version: string, byContent: boolean): Promise<void> {
    const { object, key } = this.#open;
    const top = await readInventory(object, key, INVENTORY, { traced: version, byContent });
    const earlier = await readInventory(object, key, path, { traced: version, byContent });
    reportDifference(object, path, version, top, earlier);
  }

  /** Decides how the content that an inventory lists is compared with the files: together with another one that says the same, or by itself. */
  async #noteContent(path: string, number: number, reading: ReadOcflInventoryResult): Promise<void> {
    if (!reading.hasManifest) return;
    if (reading.algorithm !== null && !this.#algorithms.has(reading.algorithm)) {
      this.#compareWithFiles(path, number, await readInventory(this.#open.object, this.#open.key, path, { keeps: true }));
      return;
    }
    const sums = this.#sumsOf(reading, number);
    const versions = new Set([...sums].filter(([version, sum]) => !this.#isCompared(version, sum)).map(([version]) => version));
    if (versions.size === 0) return;
    this.#deviating.push({ path, newest: number, versions });
    this.#noteCompared(sums);
  }

  #compareWithFiles(path: string, newest: number, reading: ReadOcflInventoryResult): void {
    if (!reading.hasManifest) return;
    if (reading.algorithm !== null) this.#algorithms.add(reading.algorithm);
    this.#lists.push(new ContentList(path, newest, reading));
    this.#noteCompared(this.#sumsOf(reading, newest));
  }

  /** What an inventory says of the content of each version, in short: the same text for the same files and digests. */
  #sumsOf(reading: ReadOcflInventoryResult, newest: number): Map<string, string> {
    const content = new Map(reading.content.map((place) => [`${place.version}/${place.folder}`, place]));
    const fixity = new Map(reading.fixity.map((place) => [`${place.version}/${place.folder}`, place]));
    const sums = new Map<string, string>();
    for (const { name, number } of this.#versions) {
      if (number > newest) break;
      const place = `${name}/${this.#contentOf(name)}`;
      sums.set(name, `${reading.algorithm ?? ''} ${short(content.get(place))} ${short(fixity.get(place))}`);
    }
    return sums;
  }

  #noteCompared(sums: ReadonlyMap<string, string>): void {
    for (const [version, sum] of sums) {
      const known = this.#compared.get(version);
      if (known === undefined) this.#compared.set(version, new Set([sum]));
      else known.add(sum);
    }
  }

  /** Additional digests need not be carried on: that an inventory has none of a version is no difference. */
  #isCompared(version: string, sum: string): boolean {
    const known = this.#compared.get(version);
    if (known === undefined) return false;
    if (known.has(sum)) return true;
    const [algorithm, content, fixity] = sum.split(' ');
    return fixity === '-' && [...known].some((other) => other.startsWith(`${algorithm ?? ''} ${content ?? ''} `));
  }

  /** A version keeps the name of its content folder, also where the inventory at the top wrongly sets another. */
  #contentOf(version: string): string {
    const { top } = this.#open;
    const own = this.#own.get(version);
    return (own === undefined ? top.contentDirectory : own.content) ?? 'content';
  }

  /** What stands in the version folders beside the content. */
  folders(): void {
    const { object, folders } = this.#open;
    for (const { name } of this.#versions) {
      const folder = folders.get(name);
      if (folder === undefined) continue;
      const hasInventory = folder.names.files.includes(INVENTORY) || folder.names.links.includes(INVENTORY);
      if (!hasInventory) object.add('W010', name, `Version ${name} has no inventory of its own.`);
      checkVersionFolder(object, name, folder.names, this.#contentOf(name), this.#own.get(name)?.algorithm ?? null);
    }
  }

  async content(): Promise<void> {
    const { object, top, key } = this.#open;
    if (top.hasManifest) reportPlaces(object, INVENTORY, top, (version) => this.#contentOf(version));
    if (!top.hasManifest || !top.hasVersions) return;
    const all = this.#contentFolders();
    await new ContentCheck(object, new Printer(key), this.#lists, true).run(all);
    this.#lists.length = 0;
    for (const { path, newest, versions } of this.#deviating) {
      const reading = await readInventory(object, key, path, { keeps: true });
      if (reading.unreadable !== null) continue;
      const list = new ContentList(path, newest, reading);
      await new ContentCheck(object, new Printer(key), [list], false).run(all.filter(({ name }) => versions.has(name)));
    }
  }

  #contentFolders(): ContentFolder[] {
    const folders: ContentFolder[] = [];
    for (const { name, number } of this.#versions) {
      const listed = this.#open.folders.get(name);
      const content = this.#contentOf(name);
      if (listed === undefined || listed.names.links.includes(content)) continue;
      folders.push({ name, number, content, exists: listed.names.folders.includes(content) });
    }
    return folders;
  }
}

function short(place: PlaceSum | undefined): string {
  return place === undefined ? '-' : `${String(place.count)}:${String(place.a)}:${String(place.b)}`;
}
