import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The reader of lakes that shares nothing with this program: `read_lake.py`, beside this file. */

const script = fileURLToPath(new URL('read_lake.py', import.meta.url));

export interface StrangerView {
  readonly lake: string;
  readonly entries: number;
  readonly root: string;
  readonly keys: Readonly<Record<string, { readonly role: string; readonly revoked: boolean }>>;
  readonly datasets: Readonly<
    Record<
      string,
      {
        readonly root: string | null;
        readonly aliases: readonly string[];
        readonly description: Readonly<Record<string, string>> | null;
        readonly versions: readonly {
          readonly version: string;
          readonly sha256: string;
          readonly at: string;
          readonly message: string | null;
          readonly tags: readonly string[];
          readonly withdrawn: boolean;
          readonly voided: boolean;
        }[];
        /** Of the newest version: name to SHA-256. */
        readonly files: Readonly<Record<string, string>>;
      }
    >
  >;
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly kind: 'table' | 'cube';
        readonly columns: readonly string[];
        readonly versions: readonly { readonly version: string; readonly sha256: string; readonly at: string }[];
        /** Of the newest version. */
        readonly rows: number;
      }
    >
  >;
  readonly findings: readonly string[];
  readonly remarks: readonly string[];
}

/** Programs that the reader needs and this computer lacks; null where it can run. */
export function strangerLacks(): string | null {
  const missing = ['python3', 'openssl'].filter((program) => spawnSync(program, ['version'], { stdio: 'ignore' }).error !== undefined);
  return missing.length === 0 ? null : `${missing.join(' and ')} not installed`;
}

/** What the stranger reads in a lake. `proofs` are pairs of an entry.json and its .tlog-proof. */
export function strangerReads(lake: string, proofs: readonly (readonly [string, string])[] = []): { readonly code: number | null; readonly view: StrangerView } {
  const args = ['-B', script, lake, '--json', ...proofs.flatMap((pair) => ['--proof', ...pair])];
  const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stderr !== '') throw new Error(stderr);
  return { code: status, view: JSON.parse(stdout) as StrangerView };
}
