import { globSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { HmsError } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import { commit, discard, hasDraft, myDraft, put } from '../../engine/drafting.ts';
import type { CommitOptions } from '../../engine/drafting.ts';
import type { IntakeReport, Source } from '../../engine/ingest/index.ts';
import type { CommittedVersion, Draft } from '../../engine/lake/index.ts';
import type { WritableLake } from '../../engine/open.ts';
import { logicalPathOf } from '../names.ts';
import { progressView } from '../progress.ts';
import { remark } from '../session.ts';
import type { Session } from '../session.ts';
import { tellNotes, tellProblems } from './results.ts';

/** Sources as they are named on a command line: files, folders, and `-` for standard input. */
export async function sourcesOf(session: Session, names: readonly string[], as: string | undefined): Promise<Source[]> {
  if (names.length === 0) throw new HmsError('USAGE', 'No file is named.', { next: 'Name files or folders, or - with --as NAME for standard input.' });
  if (as !== undefined && names.length > 1) throw new HmsError('USAGE', '--as gives a name to one file or folder, and several are named.', { next: 'Put them one at a time.' });
  const path = as === undefined ? null : logicalPathOf(as);
  const sources: Source[] = [];
  for (const name of names.flatMap(matches)) {
    if (name !== '-') sources.push({ kind: 'path', path: name, ...(path === null ? {} : { as: path }) });
    else if (path === null) throw new HmsError('USAGE', 'Standard input has no name of its own.', { next: 'Give it one: put ID - --as NAME' });
    else sources.push({ kind: 'stream', stream: process.stdin, as: path, mtime: null });
  }
  if (names.includes('-') && process.stdin.isTTY) await remark(session, 'Reading what is typed here; end it with Ctrl-D (Windows: Ctrl-Z, then Enter).');
  return sources;
}

/** Windows leaves `*.csv` to the program; elsewhere the shell has done it, and `*` may stand in a name. */
function matches(name: string): string[] {
  if (process.platform !== 'win32' || !/[*?]/.test(name)) return [name];
  const found = globSync(name).sort();
  return found.length === 0 ? [name] : found;
}

/** Copies sources into the draft, with progress, and tells what was met. `leaveOpen` is given the draft, to close it later. */
export async function take(session: Session, lake: WritableLake, dataset: DatasetId, sources: readonly Source[], leaveOpen?: (draft: Draft) => void): Promise<IntakeReport> {
  const progress = await progressView(session);
  let report;
  try {
    report = await put(lake, dataset, sources, { signal: session.signal, onProgress: progress.onProgress, ...(leaveOpen === undefined ? {} : { leaveOpen }) });
  } finally {
    progress.end();
    // A pipe that nobody reads any more would keep the process from ending.
    if (sources.some(({ kind }) => kind === 'stream')) process.stdin.destroy();
  }
  await tellNotes(session, report);
  await tellProblems(session, report);
  return report;
}

/** Commits the draft, with progress; can be cancelled until the version is in the ledger. */
export async function commitWithProgress(session: Session, lake: WritableLake, dataset: DatasetId, options: CommitOptions): Promise<CommittedVersion> {
  const progress = await progressView(session);
  try {
    return await commit(lake, dataset, { ...options, signal: session.signal, onProgress: progress.onProgress });
  } finally {
    progress.end();
  }
}

/** The refusal where some files were not taken; its exit code is that of a refusal, whatever the first of them was refused for. */
export function notAllTaken(report: IntakeReport, kept: string, next: string): HmsError {
  const code = report.problems.map((problem) => problem.code).find((found) => found !== 'NAME_INVALID') ?? 'SOURCE_REFUSED';
  const { problems, problemCount } = report;
  const message = problemCount === 1 ? 'One file or folder was not taken.' : `${problemCount} files or folders were not taken.`;
  return new HmsError(code, message, { kept, next, facts: { problems, problemCount } });
}

/** Runs work on a dataset's draft. A draft that was begun for it and holds nothing afterwards is taken away again, because nobody asked for one. */
export async function withDraft<T>(lake: WritableLake, dataset: DatasetId, work: () => Promise<T>): Promise<T> {
  const isNew = !(await hasDraft(lake, dataset));
  try {
    return await work();
  } catch (error) {
    if (isNew) await dropEmptyDraft(lake, dataset);
    throw error;
  }
}

async function dropEmptyDraft(lake: WritableLake, dataset: DatasetId): Promise<void> {
  const draft = await myDraft(lake, dataset);
  const { isEmpty } = draft ?? { isEmpty: false };
  draft?.close();
  if (draft === null || !isEmpty) return;
  // Bytes that no journal names yet belong to another process that puts into the same draft at this moment.
  if ((await readdir(draft.contentFolder)).length > 0) return;
  await discard(lake, draft.details);
}
