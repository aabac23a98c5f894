import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HmsError, LakeJson } from '../../contract/index.ts';
import type { Finding } from '../../contract/index.ts';
import { profileFolder } from '../../engine/keys/index.ts';
import { codeOf } from '../../engine/lake/index.ts';
import { meaningOf, verify as check } from '../../verify/index.ts';
import type { PackageAnswers, VerifyReport } from '../../verify/index.ts';
import { progressView } from '../progress.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { tellingSilence } from '../silence.ts';
import { fields } from '../table.ts';

export interface VerifyChoices {
  readonly trust?: readonly string[];
  readonly seen?: string;
}

/** Findings of one code that are shown; a terminal is no place for thousands. */
const SHOWN = 20;

/** Checks whatever stands at the path; exit code 1 where something is wrong. */
export function verify(session: Session, [path]: readonly [string], choices: VerifyChoices): Promise<number> {
  return tellingSilence(session, path, () => verifyNow(session, path, choices));
}

async function verifyNow(session: Session, path: string, { trust = [], seen }: VerifyChoices): Promise<number> {
  const trusted = await Promise.all(trust.map((file) => given(file, 'certificate')));
  const checkpoint = seen === undefined ? await rememberedCheckpoint(path) : await given(seen, 'checkpoint');
  const progress = await progressView(session);
  let report;
  try {
    report = await check(path, { signal: session.signal, onProgress: progress.onProgress, trust: trusted, inThisThread: true, ...(checkpoint === null ? {} : { seen: checkpoint }) });
  } finally {
    progress.end();
  }
  await answer(session, { path: resolve(path), ...report }, reportLines(report));
  return report.clean ? 0 : 1;
}

function* reportLines(report: VerifyReport): Generator<string> {
  const byCode = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    const same = byCode.get(finding.code);
    if (same === undefined) byCode.set(finding.code, [finding]);
    else same.push(finding);
  }
  for (const findings of byCode.values()) yield* groupLines(report.kind, findings);
  if (report.answers !== undefined) yield* answerLines(report.answers);
  yield report.summary;
  if (!report.clean) yield `What to do: ${nextSteps[report.kind]}`;
}

/** What a code means, where it was met, and what to do about it. */
function* groupLines(kind: VerifyReport['kind'], findings: readonly Finding[]): Generator<string> {
  const meaning = meaningOf(kind, findings[0]?.code ?? '');
  if (meaning !== null) yield meaning.means;
  for (const finding of findings.slice(0, SHOWN)) yield findingLine(finding);
  if (findings.length > SHOWN) yield `… and ${(findings.length - SHOWN).toLocaleString('en-US')} more ${findings[0]?.code ?? ''}; --json lists them.`;
  if (meaning?.next !== undefined) yield `What to do: ${meaning.next}`;
  yield '';
}

function findingLine({ severity, code, path, message }: Finding): string {
  return `${severity.toUpperCase()} ${code}${path === '' ? '' : ` ${path}`}: ${message}`;
}

const nextSteps: Readonly<Record<VerifyReport['kind'], string>> = {
  lake: 'Leave the lake as it is, so that nothing is lost that can still be found out. Let someone look at it who knows where its backups are.',
  package: 'Do not rely on this package. Ask whoever gave it to you for another copy, and check that one.',
  bag: 'Do not rely on this bag. Ask whoever made it, and check it again when it was mended.',
  'ocfl-object': 'Do not rely on this object. Compare it with another copy, or ask whoever keeps it.',
  'ocfl-storage-root': 'Do not rely on the objects named here. Compare them with another copy, or ask whoever keeps them.',
};

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
