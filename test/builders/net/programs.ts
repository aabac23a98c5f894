import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The scripts that workstations run, each joined to one file, with its compiled code kept: a user-mode kernel takes ten seconds to find and read two hundred modules.
 */
export interface Programs {
  /** Does what SharedLake asks. */
  readonly work: string;
  readonly suite: string;
  /** The command line. */
  readonly hms: string;
  /** Those that were asked for besides, by their names. */
  readonly others: Readonly<Record<string, string>>;
  /** Folder of compiled code, for NODE_COMPILE_CACHE. */
  readonly compiled: string;
  remove(): void;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function joinPrograms(work: string, others: Readonly<Record<string, string>> = {}): Promise<Programs> {
  const { bundle } = (await import(new URL('../../../scripts/bundle.mjs', import.meta.url).href)) as { bundle(folder: string, sources: readonly [string, string][]): Promise<void> };
  mkdirSync(join(root, 'out'), { recursive: true });
  // In the project: its native modules are looked for from there.
  const folder = mkdtempSync(join(root, 'out', 'net-'));
  await bundle(join(folder, 'joined'), [
    ['station-work', here('station-work.ts')],
    ['run-suite', here('run-suite.ts')],
    ['hms', join(root, 'src', 'cli', 'hms.ts')],
    ...Object.entries(others),
  ]);
  const at = (name: string): string => join(folder, 'joined', `${name}.cjs`);
  const compiled = join(work, 'compiled');
  for (const program of [at('station-work'), at('run-suite')]) execFileSync(process.execPath, [program], { env: { ...process.env, NODE_COMPILE_CACHE: compiled } });
  execFileSync(process.execPath, [at('hms'), '--help'], { env: { ...process.env, NODE_COMPILE_CACHE: compiled } });
  return { work: at('station-work'), suite: at('run-suite'), hms: at('hms'), others: Object.fromEntries(Object.keys(others).map((name) => [name, at(name)])), compiled, remove: () => rmSync(dirname(dirname(at('hms'))), { recursive: true, force: true }) };
}
