import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HmsError, LakeJson } from '../../contract/index.ts';
import type { Finding } from '../../contract/index.ts';
import { profileFolder } from '../../engine/keys/index.ts';
import { codeOf } from '../../engine/lake/index.ts';
import { verify as check } from '../../verify/index.ts';
import type { PackageAnswers } from '../../verify/index.ts';
import { progressView } from '../progress.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { fields } from '../table.ts';

export interface VerifyChoices {
  readonly trust?: readonly string[];
  readonly seen?: string;
}

/** Checks a lake or a package; exit code 1 where something is wrong. */
export async function verify(session: Session, [path]: readonly [string], { trust = [], seen }: VerifyChoices): Promise<number> {
  const trusted = await Promise.all(trust.map((file) => given(file, 'certificate')));
  const checkpoint = seen === undefined ? await rememberedCheckpoint(path) : await given(seen, 'checkpoint');
  const progress = await progressView(session);
  let report;
  try {
    report = await check(path, { signal: session.signal, onProgress: progress.onProgress, trust: trusted, ...(checkpoint === null ? {} : { seen: checkpoint }) });
  } finally {
    progress.end();
  }
  await answer(session, { path: resolve(path), ...report }, [...report.findings.map(findingLine), ...(report.answers === undefined ? [] : answerLines(report.answers)), report.summary]);
  return report.clean ? 0 : 1;
}

function findingLine({ severity, code, path, message }: Finding): string {
  return `${severity.toUpperCase()} ${code}${path === '' ? '' : ` ${path}`}: ${message}`;
}

/** The four questions, never folded into one. */
function answerLines({ unchanged, signedBy, trusted, when }: PackageAnswers): string[] {
  return fields([
    ['Unchanged', unchanged.sentence],
    ['Signed by whom', signedBy.sentence],
    ['Trusted by you', trusted.sentence],
    ['When', when.sentence],
  ]);
}

async function given(file: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw new HmsError('USAGE', `The ${what} "${file}" cannot be read (${codeOf(error)}).`, { kept: 'Nothing was checked.' });
  }
}

/** The checkpoint that this station keeps of the lake, so that an older copy is not taken for the whole. Null where there is none, and for packages. */
async function rememberedCheckpoint(path: string): Promise<Uint8Array | null> {
  try {
    const lake = LakeJson.safeParse(JSON.parse(await readFile(join(path, 'lake.json'), 'utf8')));
    return lake.success ? await readFile(join(profileFolder(process.env), 'lakes', lake.data.id, 'checkpoint')) : null;
  } catch (error) {
    // Whatever is wrong with lake.json, the check itself finds and names it.
    if (codeOf(error) !== '' || error instanceof SyntaxError) return null;
    throw error;
  }
}
