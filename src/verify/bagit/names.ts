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
    // In their order as text, whatever the order in which a folder gave them.
    const [first = '', ...others] = group.map((file) => source.files.path(file)).sort();
    for (const path of others) findings.add('BAGIT_NAMES_ALIKE', path, `This name differs from "${first}" only in capital letters or in its Unicode form.`);
  }
}
