import { readWhole } from '../read.ts';
import type { OcflCode, Spec } from './codes.ts';
import { codeIn } from './codes.ts';
import type { OcflCheck, OcflChecked } from './context.ts';
import { checkDeclaration, STORAGE_ROOT } from './declaration.ts';
import { checkExtensions, isLayout } from './extensions.ts';
import type { FolderNames } from './folder.ts';
import { namesOf, slashed } from './folder.ts';
import { Hierarchy } from './hierarchy.ts';
import type { Layout } from './layout.ts';
import { layoutOf } from './layout.ts';

const LAYOUT_FILE = 'ocfl_layout.json';
/** More than any description needs. */
const MOST_LAYOUT_BYTES = 1024 * 1024;

type Add = (code: OcflCode, path: string, message: string) => void;

/**
 * Checks a storage root of OCFL 1.0 or 1.1: its declaration, its layout, the folders on the way to objects, and every object. Only reads. Paths
 * are relative to the root. Files at its top that are not known are left alone, as the standard asks.
 * @throws CancelledError when the meter's signal says so
 */
export async function checkOcflStorageRoot(check: OcflCheck): Promise<OcflChecked> {
  check.meter.phase('Checking an OCFL storage root');
  const root = slashed(check.root);
  let spec: Spec = '1.1';
  const add: Add = (code, path, message) => {
    check.findings.add(codeIn(spec, code), path, message);
  };
  const names = namesOf(root);
  if (typeof names === 'string') {
    add('FILE_UNREADABLE', '', `This folder cannot be listed: ${names}.`);
    return { files: 0, bytes: 0, objects: 0, versions: 0 };
  }
  const declared = checkDeclaration(root, names, STORAGE_ROOT, add);
  if (declared !== null) spec = declared;
  for (const name of names.links) add('E090', name, 'This is a link to somewhere else. It was not followed.');
  const layout = checkLayout(root, names, add);
  if (names.folders.includes('extensions')) checkRootExtensions(root, add);
  const hierarchy = new Hierarchy({ ...check, root }, add, declared, layout);
  await hierarchy.run(names.folders.filter((name) => name !== 'extensions'));
  return hierarchy.checked;
}

function checkRootExtensions(root: string, add: Add): void {
  const names = namesOf(`${root}/extensions`);
  if (typeof names === 'string') {
    add('FILE_UNREADABLE', 'extensions', `This folder cannot be listed: ${names}.`);
    return;
  }
  if ([names.files, names.folders, names.links, names.others].every((list) => list.length === 0)) add('E073', 'extensions', 'This folder is empty.');
  checkExtensions(names, { notFolder: 'E112', unknown: 'W016' }, add);
  for (const name of names.folders) {
    const inside = namesOf(`${root}/extensions/${name}`);
    if (typeof inside !== 'string' && Object.values(inside).every((list: readonly string[]) => list.length === 0)) add('E073', `extensions/${name}`, 'This folder is empty.');
  }
}

/** Checks ocfl_layout.json (section 4.1). Answers how ids become folders, where that is said and can be computed. */
function checkLayout(root: string, names: FolderNames, add: Add): Layout | null {
  if (!names.files.includes(LAYOUT_FILE)) return null;
  const layout = readObject(`${root}/${LAYOUT_FILE}`);
  if (typeof layout === 'string') {
    add('E070', LAYOUT_FILE, `This file is not a JSON object: ${layout}.`);
    return null;
  }
  const { extension, description } = layout;
  if (extension === undefined || description === undefined) add('E070', LAYOUT_FILE, `This file has no "${extension === undefined ? 'extension' : 'description'}".`);
  else if (typeof description !== 'string') add('E070', LAYOUT_FILE, 'The description in this file is not a text.');
  if (extension === undefined) return null;
  if (typeof extension !== 'string' || !isLayout(extension)) {
    add('E071', LAYOUT_FILE, `The extension in this file is ${typeof extension === 'string' ? `"${extension.slice(0, 100)}", which is not the registered name of a layout` : 'not a text'}.`);
    return null;
  }
  return configured(root, extension, add);
}

function configured(root: string, extension: string, add: Add): Layout | null {
  const path = `extensions/${extension}/config.json`;
  const config = readObject(`${root}/${path}`);
  const absent = config === 'it is not there';
  if (typeof config === 'string' && !absent) {
    add('LAYOUT_UNKNOWN', path, `The parameters of the layout cannot be read (${config}), so the places of objects were not compared with their ids.`);
    return null;
  }
  const layout = layoutOf(extension, typeof config === 'string' ? {} : config);
  if (layout === null) add('LAYOUT_UNKNOWN', absent ? LAYOUT_FILE : path, `The layout "${extension}" could not be computed with its parameters, so the places of objects were not compared with their ids.`);
  return layout;
}

/** A JSON object in a small file, or why there is none, as the end of a sentence. */
function readObject(path: string): Readonly<Record<string, unknown>> | string {
  const read = readWhole(path, MOST_LAYOUT_BYTES);
  if ('why' in read) return read.detail;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(read.bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : 'it holds something else';
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return 'it is not readable as JSON in UTF-8';
    throw error;
  }
}
