import type { FixedFile } from '../../core/index.ts';
import { LAYOUT_CONFIG, ROOT_DECLARATION, ROOT_LAYOUT, STORAGE_ROOT_FILES } from '../../core/index.ts';
import { listFolder, readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { DatasetFact } from './facts.ts';
import { checkObject } from './object.ts';
import { findObject, namesIn } from './places.ts';

/** Objects that are checked side by side, so that small ones do not wait for one another. */
const SIDE_BY_SIDE = 6;
/** An object of more versions or files than this is checked by itself, so that memory does not hold several of them. */
const LARGE = 20_000;

/** Checks both storage roots, every object that the ledger names, and looks for what it does not name. */
export async function checkStore(check: LakeCheck, datasets: Iterable<DatasetFact>): Promise<void> {
  const known = new Set<string>();
  const open = new Set<Promise<void>>();
  for (const dataset of largestFirst(datasets)) {
    if (dataset.versions.length === 0) continue;
    const object = findObject(check, dataset);
    known.add(object.folder);
    const work = checkObject(check, object);
    const done = work.finally(() => open.delete(done));
    done.catch(() => undefined);
    open.add(done);
    const large = dataset.files > LARGE;
    while (open.size >= (large ? 1 : SIDE_BY_SIDE)) await Promise.race(open);
    await check.meter.breathe();
  }
  await Promise.all(open);
  for (const root of ['store', 'raw']) await checkStorageRoot(check, root, known);
}

/** Datasets with large files before all others, so that a file which takes long is not what all wait for at the end. */
function largestFirst(datasets: Iterable<DatasetFact>): DatasetFact[] {
  const largest = ({ versions }: DatasetFact): number => versions.reduce((most, { large }) => large.reduce((size, file) => Math.max(size, file.size), most), 0);
  return [...datasets]
    .map((dataset) => ({ dataset, size: largest(dataset) }))
    .sort((a, b) => b.size - a.size)
    .map(({ dataset }) => dataset);
}

async function checkStorageRoot(check: LakeCheck, root: string, known: ReadonlySet<string>): Promise<void> {
  const names = namesIn(check, root);
  if (names === null) {
    // One that cannot be read was named by namesIn: a lake's raw/ is closed to some people on purpose.
    if (listFolder(`${check.root}/${root}`) === null) check.findings.add('STORAGE_ROOT_ALTERED', root, `The storage root ${root}/ is missing.`);
    return;
  }
  for (const file of STORAGE_ROOT_FILES) checkFixedFile(check, root, file);
  const fixed = STORAGE_ROOT_FILES.map(({ name }) => name);
  for (const name of [...names.files, ...names.others]) if (!fixed.includes(name)) reportStranger(check, `${root}/${name}`);
  for (const name of names.folders) {
    if (name === 'extensions') checkExtensions(check, `${root}/${name}`);
    else if (/^[0-9a-f]{2}$/.test(name)) await walkTuples(check, `${root}/${name}`, 1, known);
    else reportStranger(check, `${root}/${name}`);
  }
}

function checkFixedFile(check: LakeCheck, root: string, { name, text }: FixedFile): void {
  const path = `${root}/${name}`;
  const read = readWhole(`${check.root}/${path}`, 16_384);
  const found = 'why' in read ? null : read.bytes.toString('utf8');
  if (found === text) return;
  if (found !== null && name !== ROOT_DECLARATION.name && saysTheSame(name, found, text)) {
    check.findings.add('STORAGE_ROOT_TEXT', path, 'This file is worded differently from what the program writes, and says the same.');
  } else {
    check.findings.add('STORAGE_ROOT_ALTERED', path, 'A file that says how the storage root is laid out is missing or was changed.');
  }
}

/** Whether two layout files agree in all that a program reads. The description is for people. */
function saysTheSame(name: string, found: string, expected: string): boolean {
  const members = name === ROOT_LAYOUT.name ? ['extension'] : ['digestAlgorithm', 'extensionName', 'numberOfTuples', 'tupleSize'];
  const [a, b] = [parse(found), parse(expected)];
  return a !== null && b !== null && members.every((member) => a[member] === b[member]) && (name !== LAYOUT_CONFIG.name || Object.keys(a).length === members.length);
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function checkExtensions(check: LakeCheck, folder: string): void {
  const [, extension = '', config = ''] = LAYOUT_CONFIG.name.split('/');
  const names = namesIn(check, folder);
  for (const name of [...(names?.files ?? []), ...(names?.others ?? []), ...(names?.folders ?? [])]) {
    if (name !== extension) reportStranger(check, `${folder}/${name}`);
  }
  const inside = namesIn(check, `${folder}/${extension}`);
  for (const name of [...(inside?.files ?? []), ...(inside?.others ?? []), ...(inside?.folders ?? [])]) {
    if (name !== config) reportStranger(check, `${folder}/${extension}/${name}`);
  }
}

/** Two levels of folders of two hex digits, and objects below them. */
async function walkTuples(check: LakeCheck, folder: string, depth: number, known: ReadonlySet<string>): Promise<void> {
  const names = namesIn(check, folder);
  if (names === null) return;
  if (names.files.length + names.folders.length + names.others.length === 0) {
    check.findings.add('EMPTY_FOLDER', folder, 'This folder of the storage root is empty, as after an interrupted commit.');
  }
  for (const name of [...names.files, ...names.others]) reportStranger(check, `${folder}/${name}`);
  for (const name of names.folders) {
    const path = `${folder}/${name}`;
    if (depth === 2) {
      if (!known.has(path)) check.unsettled.push({ code: 'FOREIGN_OBJECT', path, message: 'No ledger entry names this object. It was left alone and not checked.' });
    } else if (/^[0-9a-f]{2}$/.test(name)) await walkTuples(check, path, depth + 1, known);
    else reportStranger(check, path);
  }
  await check.meter.breathe();
}

function reportStranger(check: LakeCheck, path: string): void {
  check.findings.add('FOREIGN_FILE', path, 'The program writes nothing of this name here. It was left alone and nothing was read from it.');
}
