import type { BagReading, Manifest } from './manifest.ts';
import { decodedPath } from './paths.ts';

export interface Listed {
  /** Number of the file; one that is not there gets a number too. */
  readonly file: number;
  /** It goes by another name that looks the same. */
  readonly isAlike: boolean;
}

/** Finds the file that a manifest means by a path. */
export function findListed(reading: BagReading, manifest: Manifest, path: string, where: string): Listed {
  const { source, findings } = reading;
  const forms = formsOf(path, reading.declaration.rules.isStrict);
  for (const form of forms) {
    const file = source.files.find(form);
    if (file !== null) return { file, isAlike: false };
  }
  for (const form of forms) {
    const trimmed = form.replace(/[ \t]+$/, '');
    const file = trimmed === form ? null : source.files.find(trimmed);
    if (file === null) continue;
    findings.add('BAGIT_LINE_LOOSE', manifest.name, `${where} has white space at its end.`);
    return { file, isAlike: false };
  }
  for (const form of forms) {
    const file = findAlike(reading, manifest, form, where);
    if (file !== null) return { file, isAlike: true };
  }
  return { file: source.files.addAbsent(forms[0] ?? path), isAlike: false };
}

/** Since 1.0 a path is percent-encoded; before, a program may have done it all the same. */
function formsOf(path: string, isStrict: boolean): readonly string[] {
  const decoded = decodedPath(path);
  if (decoded === path) return [path];
  return isStrict ? [decoded, path] : [path, decoded];
}

/** RFC 8493 section 6.1.1: names change their Unicode form or their capital letters on their way through file systems. */
function findAlike({ source, findings }: BagReading, manifest: Manifest, path: string, where: string): number | null {
  const alike = source.files.findAlike(path);
  const normalized = alike.filter((file) => source.files.path(file).normalize('NFC') === path.normalize('NFC'));
  const [file, ...others] = normalized.length > 0 ? normalized : alike;
  if (file === undefined || others.length > 0) return null;
  const code = normalized.length > 0 ? 'BAGIT_NAME_NORMALIZED' : 'BAGIT_NAME_CASE';
  const how = normalized.length > 0 ? 'in another Unicode form' : 'with other capital letters';
  findings.add(code, source.files.path(file), `${where} (${manifest.name}) writes this name ${how}.`);
  return file;
}
