import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where lakes are made by name: `HMS_HOME`, else `HMS-DTA` in the account's documents, else in its home folder. It need not be there yet. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>, home = homedir(), exists: (path: string) => boolean = existsSync): string {
  const named = env['HMS_HOME'] ?? '';
  if (named !== '') return resolve(named);
  const documents = join(home, 'Documents');
  return join(exists(documents) ? documents : home, 'HMS-DTA');
}

/** Folder of the built screens. It stands at the same place from the sources, from what the compiler made, and from the joined command line. */
export function screensFolder(): string {
  return resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', 'out', 'renderer');
}
