import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A deliberate mistake in the program: what stands in a file, and what is put in its place. */
export interface Mistake {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const vitest = join(checkout, 'node_modules', 'vitest', 'vitest.mjs');

/** A copy of the program and its tests with one mistake in it, in a temporary folder. */
export class Mutant {
  readonly #folder: string;

  constructor(mistake: Mistake) {
    this.#folder = mkdtempSync(join(tmpdir(), 'hms-mutant-'));
    for (const name of ['src', 'test/builders', 'test/fault', 'package.json', 'vitest.config.ts', 'tsconfig.json', 'tsconfig.base.json', 'scripts']) {
      cpSync(join(checkout, name), join(this.#folder, name), { recursive: true });
    }
    symlinkSync(join(checkout, 'node_modules'), join(this.#folder, 'node_modules'));
    const file = join(this.#folder, mistake.file);
    const text = readFileSync(file, 'utf8');
    if (text.split(mistake.right).length !== 2) throw new Error(`${mistake.file} does not hold exactly once: ${mistake.right}\nSay in test/fault/sensitivity.test.ts how this mistake would be made in it now.`);
    writeFileSync(file, text.replace(mistake.right, () => mistake.wrong));
  }

  /** Runs one test file as it is run for every change; answers how it ended and the seed at which it failed. */
  async run(testFile: string): Promise<{ passed: boolean; seed: number | null; output: string }> {
    const env = { ...process.env, NO_COLOR: '1', VITEST: '', VITEST_WORKER_ID: '', VITEST_POOL_ID: '' };
    const child = spawn(process.execPath, [vitest, 'run', '--project', 'fast', '--root', this.#folder, testFile], { cwd: this.#folder, env });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    const seed = /HMS_SCHEDULE_SEED=(\d+)/.exec(output)?.[1];
    return { passed: code === 0, seed: seed === undefined ? null : Number(seed), output };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

