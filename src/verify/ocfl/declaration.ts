import { readWhole } from '../read.ts';
import type { OcflCode, Spec } from './codes.ts';
import type { FolderNames } from './folder.ts';

/** The two kinds of declarations: what they are called, what their names begin with after the equals sign, and the codes of what can be wrong. */
interface DeclarationKind {
  readonly what: string;
  readonly value: string;
  readonly missing: OcflCode;
  readonly several: OcflCode;
  readonly form: OcflCode;
  readonly version: OcflCode;
  readonly prefix: OcflCode;
  readonly kind: OcflCode;
  readonly text: OcflCode;
}

export const OBJECT: DeclarationKind = {
  what: 'object',
  value: 'ocfl_object_',
  missing: 'E003',
  several: 'E003',
  form: 'E002',
  version: 'E004',
  prefix: 'E005',
  kind: 'E006',
  text: 'E007',
};

export const STORAGE_ROOT: DeclarationKind = {
  what: 'storage root',
  value: 'ocfl_',
  missing: 'E069',
  several: 'E076',
  form: 'E075',
  version: 'E077',
  prefix: 'E078',
  kind: 'E079',
  text: 'E080',
};

/** Names that are meant as a declaration, whether they are good ones or not. */
export function declarationsIn(names: FolderNames, kind: DeclarationKind): string[] {
  return names.files.filter((name) => name.startsWith('0=') || (kind === OBJECT ? /ocfl_object_\d/.test(name) : /^[^=]{1,2}=?ocfl_\d/.test(name)));
}

/**
 * Checks the file that declares an object or a storage root (sections 3.2 and 4.2). Answers the version that it declares; null where none is
 * declared that is known.
 */
export function checkDeclaration(folder: string, names: FolderNames, kind: DeclarationKind, add: (code: OcflCode, path: string, message: string) => void): Spec | null {
  const found = declarationsIn(names, kind);
  const { what, value } = kind;
  if (found.length === 0) {
    const link = names.links.some((name) => name.startsWith('0='));
    if (!link) add(kind.missing, '', `There is no file that declares this folder as an OCFL ${what}; one named "0=${value}1.1" is expected.`);
    return null;
  }
  if (found.length > 1) {
    add(kind.several, '', `There are ${String(found.length)} files that declare this folder as an OCFL ${what}, and exactly one is allowed: ${found.slice(0, 5).map((name) => `"${name}"`).join(', ')}.`);
    return specOf(found.map((name) => name.slice(2 + value.length)).toSorted().at(-1));
  }
  const name = found[0] ?? '';
  const equals = name.indexOf('=');
  if (equals < 0) {
    add(kind.form, name, `This file seems to declare an OCFL ${what}, and its name has no equals sign after the 0.`);
    return null;
  }
  if (name.slice(0, equals) !== '0') add(kind.prefix, name, `The name of the file that declares the ${what} begins with "${name.slice(0, equals)}" instead of 0.`);
  const dvalue = name.slice(equals + 1);
  const spec = dvalue.startsWith(value) ? specOf(dvalue.slice(value.length)) : null;
  if (!dvalue.startsWith(value)) {
    add(kind.kind, name, `This file does not declare an OCFL ${what}: its name should go on with "${value}" after the equals sign.`);
    if (kind === OBJECT) add(kind.version, name, 'This file does not name a version of OCFL.');
  } else if (spec === null) {
    add(kind.version, name, `This file declares version "${dvalue.slice(value.length)}" of OCFL, and this check knows 1.0 and 1.1.`);
  }
  const text = readWhole(`${folder}/${name}`, 1024);
  if ('why' in text && text.why !== 'large') add('FILE_UNREADABLE', name, `The file that declares the ${what} cannot be read: ${text.detail}.`);
  else if ('why' in text || text.bytes.toString('latin1') !== `${dvalue}\n`) add(kind.text, name, `The text in this file should be "${dvalue}" and a line feed.`);
  return spec;
}

function specOf(text: string | undefined): Spec | null {
  return text === '1.0' || text === '1.1' ? text : null;
}
