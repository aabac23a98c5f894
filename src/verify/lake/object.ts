import { versionName } from '../../contract/index.ts';
import { sha256Hex } from '../crypto.ts';
import type { CheckVersionResult } from '../workers/check-version.ts';
import type { LakeCheck } from './context.ts';
import type { VersionFact } from './facts.ts';
import { ObjectFiles } from './object-files.ts';
import { checkObjectRoot } from './object-root.ts';
import type { ObjectPlace, VersionPlace } from './places.ts';
import { namesIn, objectId } from './places.ts';
import { checkSidecar } from './sidecar.ts';

/** A state without files is the empty sequence. */
const nothing = new Uint8Array(0);

type Placed = Extract<VersionPlace, { folder: string }>;
type Read = { readonly place: Placed; readonly result: CheckVersionResult; readonly intact: boolean };

/** Checks one dataset's object: every version against the ledger, and every file against the inventories. */
export async function checkObject(check: LakeCheck, object: ObjectPlace): Promise<void> {
  const placed = object.versions.filter((version): version is Placed => version.where !== 'lost');
  reportPlaces(check, object);
  const newest = placed.at(-1);
  const reading = placed.map((place) => readVersion(check, object, place, place === newest));
  const rootHolds = checkObjectRoot(check, object);
  for (const place of placed) checkVersionFolder(check, place);
  const files = new ObjectFiles(check, placed.map(({ fact, folder }) => ({ version: fact.version, folder, large: fact.large })));
  await files.hash();
  const versions = await Promise.all(reading);
  for (const version of versions) reportVersion(check, object, version);
  reportContradictions(check, object, versions);
  await compareFiles(check, object, files, versions, await rootHolds);
}

function reportPlaces(check: LakeCheck, { dataset, folder, versions }: ObjectPlace): void {
  for (const version of versions) {
    const name = versionName(dataset.id, version.fact.version);
    if (version.where === 'lost') {
      check.findings.add('VERSION_LOST', `${folder}/v${String(version.fact.version)}`, `${name} stands in the ledger, and its folder is neither in its place nor in staging.`);
    } else if (version.where === 'staging') {
      check.findings.add('INTERRUPTED_COMMIT', version.folder, `${name} is committed, and its folder is still in staging. It was checked there.`);
    }
  }
}

async function readVersion(check: LakeCheck, object: ObjectPlace, place: Placed, keepsManifest: boolean): Promise<Read> {
  const result = await readInventory(check, object, `${place.folder}/inventory.json`, place.fact, keepsManifest);
  return { place, result, intact: result.sha256 === place.fact.hash };
}

function readInventory(check: LakeCheck, { dataset }: ObjectPlace, path: string, { version, body }: VersionFact, keepsManifest: boolean): Promise<CheckVersionResult> {
  return check.pool.run({ kind: 'checkVersion', inventory: `${check.root}/${path}`, objectId: objectId(dataset), version, body, keepsManifest });
}

/** What stands in a version's folder beside inventory and content, and the sidecar. */
function checkVersionFolder(check: LakeCheck, { fact, folder }: Placed): void {
  const names = namesIn(check, folder);
  if (names === null) return;
  const allowed: readonly string[] = ['inventory.json', 'inventory.json.sha256'];
  for (const name of names.files) if (!allowed.includes(name)) check.findings.add('FILE_UNEXPECTED', `${folder}/${name}`, `"${name}" does not belong into the folder of a version.`);
  for (const name of names.folders) if (name !== 'content') check.findings.add('FILE_UNEXPECTED', `${folder}/${name}`, `"${name}" does not belong into the folder of a version.`);
  for (const name of names.others) check.findings.add('FILE_UNEXPECTED', `${folder}/${name}`, 'This is neither a file nor a folder; nothing was read through it.');
  checkSidecar(check, folder, fact.hash);
}

function reportVersion(check: LakeCheck, object: ObjectPlace, { place, result, intact }: Read): void {
  const { findings } = check;
  const { fact, folder } = place;
  const path = `${folder}/inventory.json`;
  const name = versionName(object.dataset.id, fact.version);
  if (result.sha256 === null) {
    findings.add('INVENTORY_MISSING', path, `The inventory of ${name} cannot be read: ${result.unreadable ?? ''}.`);
    return;
  }
  if (!intact) {
    findings.add('INVENTORY_ALTERED', path, `The inventory of ${name} is not the one whose hash stands in the ledger.`);
    return;
  }
  for (const { code, message } of result.faults) findings.add('INVENTORY_UNSOUND', path, `The inventory of ${name} is not sound${code === 'ORDER' ? '' : ` (${code})`}. ${message}`);
  if (result.bodyFault !== null) findings.add('BODY_UNREADABLE', relative(check, fact.body), `The list of changes of ${name} cannot be read: ${result.bodyFault}.`);
  if (result.stateFault !== null) findings.add('STATE_DIFFERS', path, `The changes of ${name} in the ledger do not lead to what its inventory lists. ${result.stateFault}`);
}

/** Each inventory must say of the versions before what they say of themselves, and a voided version be like the one before. */
function reportContradictions(check: LakeCheck, object: ObjectPlace, versions: readonly Read[]): void {
  for (const { place, result, intact } of versions) {
    const { version, voided } = place.fact;
    if (!intact || result.faults.length > 0) continue;
    const name = versionName(object.dataset.id, version);
    const path = `${place.folder}/inventory.json`;
    const before = versions.find((other) => other.place.fact.version === version - 1);
    if (before !== undefined && before.intact && before.result.faults.length === 0) {
      const same = before.result.manifestAll === result.manifestBefore && before.result.states.every((state, i) => state === result.states[i]);
      if (!same) check.findings.add('INVENTORY_CONTRADICTS', path, `The inventory of ${name} describes earlier versions differently from their own inventories.`);
    }
    if (!voided) continue;
    if (result.states[version - 1] !== (version === 1 ? sha256Hex(nothing) : result.states[version - 2]) || result.manifestAll !== result.manifestBefore) {
      check.findings.add('VOIDED_WRONG', path, `${name} was voided, and does not have exactly the files of the version before it.`);
    }
  }
}

/** Compares content with the newest inventory that is intact: it lists all content of the versions up to its own. */
async function compareFiles(check: LakeCheck, object: ObjectPlace, files: ObjectFiles, versions: readonly Read[], rootHolds: number | null): Promise<void> {
  const { version, manifest } = await newestManifest(check, object, versions, rootHolds);
  const twice = await files.compare(manifest, version);
  if (twice !== null) check.findings.add('INVENTORY_UNSOUND', `${object.folder}/v${String(version)}/inventory.json`, `The inventory lists "${twice}" twice (E101).`);
}

async function newestManifest(check: LakeCheck, object: ObjectPlace, versions: readonly Read[], rootHolds: number | null): Promise<{ version: number; manifest: readonly Uint8Array[] }> {
  for (const { place, result, intact } of versions.toReversed()) {
    const { version } = place.fact;
    if (intact && result.manifest.length > 0) return { version, manifest: result.manifest };
    if (!intact && rootHolds !== version) continue;
    const path = intact ? `${place.folder}/inventory.json` : `${object.folder}/inventory.json`;
    const again = await readInventory(check, object, path, { ...place.fact, body: null }, true);
    if (again.sha256 === place.fact.hash) return { version, manifest: again.manifest };
  }
  return { version: 0, manifest: [] };
}

function relative(check: LakeCheck, path: string | null): string {
  return path === null ? '' : path.slice(check.root.length + 1);
}
