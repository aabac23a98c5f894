import { HmsError } from '../../contract/index.ts';
import { exportVersion } from '../../engine/export.ts';
import { versionOf } from '../../engine/files.ts';
import { resolve } from 'node:path';
import { refOf } from '../names.ts';
import { writingIfAllowed } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { bytes } from '../words.ts';

export interface ExportChoices {
  readonly to: string;
  readonly replace?: boolean;
}

/** Writes a version as a signed package. */
export function exportPackage(session: Session, [text, file]: readonly [string, string], { to, replace = false }: ExportChoices): Promise<void> {
  return writingIfAllowed(session, async (lake) => {
    if (to !== 'zip') throw new HmsError('USAGE', `"${to}" is not a form that a version can be exported in.`, { kept: 'Nothing was exported.', next: 'Write --to zip.' });
    const version = versionOf(lake, text);
    const progress = await progressView(session);
    let result;
    try {
      result = await exportVersion(lake, version, file, { signal: session.signal, onProgress: progress.onProgress, replace });
    } finally {
      progress.end();
    }
    const { payload, bytes: size, tagmanifest } = result;
    const value = { version: refOf(version), file: resolve(file), bytes: size, payload, tagmanifest, recorded: lake.readOnly === null, signedBy: { kind: 'station', name: lake.station?.name } };
    await answer(session, value, [`\u2714 Exported ${bytes(payload.octets)}`, '\u2714 Provenance.txt attached']);
  });
}
