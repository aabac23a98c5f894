import { INVENTORY_NAME, OBJECT_DECLARATION, SIDECAR_NAME } from '../../core/index.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { ObjectPlace } from './places.ts';
import { readSidecar } from './sidecar.ts';

/**
 * Checks what stands at the top of an object: its declaration, the copy of the newest inventory, and nothing else. Answers the version whose
 * inventory the copy is, null where it is none's.
 */
export async function checkObjectRoot(check: LakeCheck, object: ObjectPlace): Promise<number | null> {
  const { names, folder } = object;
  if (names === null) return null;
  const { findings } = check;
  reportStrangers(check, object, names);
  const declaration = readWhole(`${check.root}/${folder}/${OBJECT_DECLARATION.name}`, 1024);
  if ('why' in declaration || declaration.bytes.toString('latin1') !== OBJECT_DECLARATION.text) {
    findings.add('DECLARATION_WRONG', `${folder}/${OBJECT_DECLARATION.name}`, 'The file that says that this folder is an OCFL 1.1 object is missing or was changed.');
  }
  const holds = await heldVersion(check, object);
  const newest = object.dataset.versions.length;
  const path = `${folder}/${INVENTORY_NAME}`;
  if (holds === 'missing' ? !beginsWithout(object.dataset) : holds === null) {
    const message = `The copy of the inventory at the top of the object is ${holds === null ? 'that of no version' : 'missing'}.`;
    check.unsettled.push({ code: 'ROOT_INVENTORY_ALTERED', path, message });
  } else if (holds !== newest) {
    findings.add('ROOT_INVENTORY_BEHIND', path, `The copy of the inventory at the top of the object is not yet that of v${String(newest)}: an interrupted commit.`);
  }
  checkRootSidecar(check, object, typeof holds === 'number' ? holds : null);
  return typeof holds === 'number' ? holds : null;
}

/** A new object appears whole, with the copy in it; only where its first version was given up is the copy written afterwards. */
function beginsWithout({ versions }: ObjectPlace['dataset']): boolean {
  return versions.length === 1 && versions[0]?.voided === true;
}

/** The copy and its sidecar are written one after the other, so the sidecar may lag; else it must say the hash of a version. */
function checkRootSidecar(check: LakeCheck, { dataset, folder }: ObjectPlace, holds: number | null): void {
  const path = `${folder}/${SIDECAR_NAME}`;
  const said = readSidecar(check, folder);
  if ('fault' in said) {
    if (said.missing && beginsWithout(dataset)) check.findings.add('ROOT_INVENTORY_BEHIND', path, 'The hash beside the copy of the inventory is not written yet: an interrupted commit.');
    else check.findings.add('SIDECAR_WRONG', path, `The hash beside the copy of the inventory cannot be read: ${said.fault}.`);
    return;
  }
  const of = dataset.versions.findLast(({ hash }) => hash === said.hash)?.version ?? null;
  if (of === null) check.unsettled.push({ code: 'SIDECAR_WRONG', path, message: 'The hash beside the copy of the inventory is that of no version.' });
  else if (holds !== null && of !== holds) check.findings.add('ROOT_INVENTORY_BEHIND', path, `The hash beside the copy of the inventory is still that of v${String(of)}: an interrupted commit.`);
}

async function heldVersion(check: LakeCheck, { dataset, folder, names }: ObjectPlace): Promise<number | 'missing' | null> {
  if (names?.files.includes(INVENTORY_NAME) !== true) return 'missing';
  const { digests, problems } = await check.pool.run({ kind: 'hashFiles', folder: `${check.root}/${folder}`, names: INVENTORY_NAME });
  if (problems.length > 0) return null;
  const held = Buffer.from(digests).toString('hex');
  return dataset.versions.findLast(({ hash }) => hash === held)?.version ?? null;
}

function reportStrangers(check: LakeCheck, { dataset, folder }: ObjectPlace, names: NonNullable<ObjectPlace['names']>): void {
  const files = [OBJECT_DECLARATION.name, INVENTORY_NAME, SIDECAR_NAME];
  for (const name of names.files) if (!files.includes(name)) check.findings.add('FILE_UNEXPECTED', `${folder}/${name}`, `"${name}" does not belong into an object.`);
  for (const name of names.others) check.findings.add('FILE_UNEXPECTED', `${folder}/${name}`, 'This is neither a file nor a folder; nothing was read through it.');
  for (const name of names.folders) {
    const number = Number(/^v([1-9]\d{0,8})$/.exec(name)?.[1] ?? 0);
    if (number > dataset.versions.length) check.unsettled.push({ code: 'FOREIGN_VERSION', path: `${folder}/${name}`, message: `No ledger entry names v${String(number)} of ${dataset.id}. It was left alone and not checked.` });
    else if (number === 0) check.findings.add('FILE_UNEXPECTED', `${folder}/${name}`, `"${name}" does not belong into an object.`);
  }
}
