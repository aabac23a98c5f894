import { HmsError, versionName } from '../../contract/index.ts';
import type { Finding } from '../../contract/index.ts';
import { importFrom } from '../../engine/importing.ts';
import type { ImportReport } from '../../engine/importing.ts';
import { verify } from '../../verify/index.ts';
import { writing } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer, remark, warn } from '../session.ts';
import type { Session } from '../session.ts';
import { count } from '../words.ts';

export interface ImportChoices {
  readonly as?: string;
  readonly message?: string;
}

/** Takes a bag or an OCFL object that was made elsewhere as a dataset, after it was checked. */
export function importIt(session: Session, [path]: readonly [string], { as, message }: ImportChoices): Promise<void> {
  return writing(session, async (lake) => {
    const progress = await progressView(session);
    let report;
    try {
      report = await importFrom(lake, path, { signal: session.signal, onProgress: progress.onProgress, judge: verify, as: as ?? null, message: message ?? null });
    } catch (error) {
      progress.end();
      if (error instanceof HmsError) await tellFindings(session, (error.facts['findings'] ?? []) as readonly Finding[]);
      throw error;
    } finally {
      progress.end();
    }
    await tellFindings(session, report.warnings);
    await tellReport(session, report);
    const { dataset, form, id, committed, before, left } = report;
    const refs = committed.map((version) => versionName(dataset, version));
    await answer(session, { dataset, form, id, versions: refs, before, left, findings: report.warnings }, refs);
  });
}

async function tellReport(session: Session, { dataset, form, id, committed, before, left }: ImportReport): Promise<void> {
  const what = `${form === 'bag' ? 'bag' : 'OCFL object'}${id === null ? '' : ` "${id}"`}`;
  if (before > 0) await remark(session, `${count(before, 'version')} of ${dataset} ${before === 1 ? 'was' : 'were'} there from an import before${committed.length === 0 ? '; nothing was changed' : ''}.`);
  if (committed.length > 0) await remark(session, `${count(committed.length, 'version')} of the ${what} ${committed.length === 1 ? 'was' : 'were'} imported into ${dataset}.`);
  if (left.length > 0) await warn(session, `Not imported, because no version has it: ${left.join(', ')}`);
}

/** Lines of findings that are shown; --json has them all. */
const SHOWN = 50;

async function tellFindings(session: Session, findings: readonly Finding[]): Promise<void> {
  if (session.json) return;
  for (const { severity, code, path, message } of findings.slice(0, SHOWN)) await session.err.line(`${severity.toUpperCase()} ${code}${path === '' ? '' : ` ${path}`}: ${message}`);
  if (findings.length > SHOWN) await session.err.line(`and ${count(findings.length - SHOWN, 'finding')} more; --json lists them all.`);
  await session.err.flush();
}
