import type { BagReading } from './manifest.ts';
import { isSystemFile, isUnportable } from './paths.ts';

/** Names that will trouble people and other systems, RFC 8493 sections 6.1.1 and 6.1.2. */
export async function checkNames({ source, findings, meter }: Pick<BagReading, 'source' | 'findings' | 'meter'>): Promise<void> {
  for (const [, path] of source.files.entries()) {
    await meter.breathe();
    if (isSystemFile(path)) findings.add('BAGIT_SYSTEM_FILE', path, 'This is a file that an operating system leaves behind.');
    if (isUnportable(path)) findings.add('BAGIT_NAME_UNPORTABLE', path, 'This name cannot be written on Windows.');
  }
  for (const group of source.files.alike()) {
    const [first = 0, ...others] = group;
    for (const file of others) {
      findings.add('BAGIT_NAMES_ALIKE', source.files.path(file), `This name differs from "${source.files.path(first)}" only in capital letters or in its Unicode form.`);
    }
  }
}
