import { resolve } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import { exportVersions } from '../../engine/export.ts';
import type { Exported } from '../../engine/export.ts';
import { versionOf } from '../../engine/files.ts';
import type { OfficerSigner } from '../../engine/keys/index.ts';
import { officersOf } from '../../engine/officers.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { refOf } from '../names.ts';
import { writingIfAllowed } from '../opening.ts';
import { passphraseFrom } from '../passphrase.ts';
import type { PassphraseSource } from '../passphrase.ts';
import { progressView } from '../progress.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { bytes, grouped } from '../words.ts';

export interface ExportChoices extends PassphraseSource {
  readonly to: string;
  readonly files?: readonly string[];
  readonly as?: string;
  readonly replace?: boolean;
}

/** Writes versions as one signed package. */
export function exportPackage(session: Session, [words]: readonly [readonly string[]], { to, files, as, replace = false, ...source }: ExportChoices): Promise<void> {
  return writingIfAllowed(session, async (lake) => {
    if (to !== 'zip' && to !== 'dir') throw new HmsError('USAGE', `"${to}" is not a form that a version can be exported in.`, { kept: 'Nothing was exported.', next: 'Write --to zip or --to dir.' });
    const refs = words.slice(0, -1);
    const target = words.at(-1);
    if (target === undefined || refs.length === 0) throw new HmsError('USAGE', 'The argument <file> is missing.', { kept: 'Nothing was exported.', next: 'Name the versions, and last the package to write: hms dta export WF-2024-07:v1 --to zip FILE' });
    const versions = [...new Map(refs.map((text) => versionOf(lake, text)).map((version) => [refOf(version), version])).values()];
    const officer = await officerFor(session, lake, as, source);
    const progress = await progressView(session);
    let result;
    try {
      const options = { signal: session.signal, onProgress: progress.onProgress, form: to, replace, ...(files === undefined ? {} : { patterns: files }), ...(officer === null ? {} : { officer }) } as const;
      result = await exportVersions(lake, versions, target, options);
    } finally {
      progress.end();
    }
    const { payload, bytes: size, tagmanifest, recorded, signedBy, actSigned } = result;
    const names = versions.map(refOf);
    const value = {
      version: names[0],
      versions: names,
      file: resolve(target),
      form: to,
      bytes: size,
      payload,
      tagmanifest,
      recorded,
      actSigned,
      signedBy,
      ...(files === undefined ? {} : { selection: { patterns: files, files: payload.files, of: versions.reduce((sum, version) => sum + (version.files ?? 0), 0) } }),
    };
    await answer(session, value, [`\u2714 Exported ${bytes(payload.octets)}`, '\u2714 Provenance.txt attached']);
    await remarks(session, result, officer, value.selection);
  });
}

async function remarks(session: Session, { removed, actSigned, recorded }: Exported, officer: OfficerSigner | null, selection: { files: number; of: number } | undefined): Promise<void> {
  for (const path of removed) await remark(session, `An unfinished package that an interrupted export had left was removed: ${path}`);
  if (selection !== undefined) await remark(session, `It is a selection, and says so: ${grouped(selection.files)} of ${grouped(selection.of)} files.`);
  if (officer === null || !recorded || actSigned) return;
  await remark(
    session,
    officer.algorithm === 'rsa'
      ? `The package is signed by ${officer.name}. The ledger names the workstation as the one that exported it, because an RSA key cannot be enrolled in a lake.`
      : `The package is signed by ${officer.name}. The ledger names the workstation as the one that exported it, because this key is not enrolled: hms dta key enroll ${officer.id.slice(0, 16)}`,
  );
}

/** The officer who was named, or who signs by default; null for the station. */
async function officerFor(session: Session, lake: ReadableLake, as: string | undefined, source: PassphraseSource): Promise<OfficerSigner | null> {
  if (as === 'station') return null;
  const store = await officersOf({ profile: lake.profile });
  const officer = as === undefined ? (await store.list()).find(({ isDefault }) => isDefault) : await store.find(as);
  if (officer === undefined) return null;
  return store.open(officer, await passphraseFrom(session, source, `Passphrase of the key of ${officer.name}: `));
}
