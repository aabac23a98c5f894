import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { ReadableLake } from '../../../src/engine/open.ts';
import { exportVersions } from '../../../src/engine/export.ts';
import type { Exported, ExportOptions } from '../../../src/engine/export.ts';
import { versionOf } from '../../../src/engine/files.ts';
import type { OfficerSigner } from '../../../src/engine/keys/index.ts';
import { enrollOfficer, makeOfficer, officersOf } from '../../../src/engine/officers.ts';
import { quiet } from './office.ts';
import type { Office } from './office.ts';

/** Packages of an office, and other people's programs that judge them. */

export const PASSPHRASE = 'correct horse battery staple';

/** Exports versions of an office by their references. */
export function exportOf(office: Office, refs: readonly string[], target: string, options: Partial<ExportOptions> = {}): Promise<Exported> {
  return office.write((lake) => exportHere(lake, refs, target, options));
}

export function exportHere(lake: ReadableLake, refs: readonly string[], target: string, options: Partial<ExportOptions> = {}): Promise<Exported> {
  return exportVersions(lake, refs.map((ref) => versionOf(lake, ref)), target, { signal: quiet.signal, onProgress: quiet.onProgress, ...options });
}

/** An officer with a key in the profile of a station, opened; enrolled where that is asked for. */
export async function officerOf(office: Office, name: string, enrolled = true): Promise<OfficerSigner> {
  const profile = office.options().profile;
  const officer = await makeOfficer({ profile }, name, 'Records Office', PASSPHRASE);
  if (enrolled) await office.write((lake) => enrollOfficer(lake, officer));
  return (await officersOf({ profile })).open(officer, PASSPHRASE);
}

/** Whether a program is there. */
export function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** Unpacks a zip with unzip, which also judges it; answers the folder inside. */
export function unpacked(zip: string, to: string): string {
  execFileSync('unzip', ['-tq', zip]);
  execFileSync('python3', ['-m', 'zipfile', '-t', zip]);
  execFileSync('unzip', ['-q', zip, '-d', to]);
  const [top = ''] = execFileSync('ls', [to], { encoding: 'utf8' }).split('\n');
  return join(to, top);
}

/** What sha256sum and openssl say of a bag, by the commands of its VERIFY.txt; empty where both are content. */
export function judged(bag: string, role: 'station' | 'officer'): string {
  const script = `set -e
    sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt
    $(grep -m1 'openssl cms' VERIFY.txt) 2>/dev/null
    test -f signatures/${role}.p7s
    find . -type f ! -path './signatures/*' ! -name tagmanifest-sha256.txt | sed 's|^[.]/||' | LC_ALL=C sort > /tmp/listed.$$
    sed 's/^[^ ]*  //' manifest-sha256.txt tagmanifest-sha256.txt | LC_ALL=C sort | diff /tmp/listed.$$ - ; rm -f /tmp/listed.$$`;
  const ran = spawnSync('bash', ['-c', script], { cwd: bag, encoding: 'utf8' });
  return ran.status === 0 ? ran.stdout : `${ran.stdout}${ran.stderr}(${String(ran.status)})`;
}
