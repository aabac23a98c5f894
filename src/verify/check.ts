import { basename } from 'node:path';
import type { OnProgress } from '../contract/index.ts';
import { CancelledError } from '../contract/index.ts';
import { verifyCodes } from './codes.ts';
import { Findings } from './findings.ts';
import { checkLake } from './lake/index.ts';
import { Meter } from './meter.ts';
import { checkPackage } from './package/index.ts';
import type { Recognised } from './recognise.ts';
import type { Checked, VerifyReport } from './report.ts';
import type { Pool } from './workers/pool.ts';
import { openPool } from './workers/pool.ts';

/** One check, as it can be handed to another thread. */
export interface Work {
  readonly found: Recognised;
  readonly trust: readonly Uint8Array[];
  readonly seen: Uint8Array | null;
  /** Threads that read and hash; 0 for none but this one. */
  readonly threads: number;
}

/** Does a check in this thread, with the threads that it asks for beside it. */
export async function check(work: Work, signal: AbortSignal | undefined, onProgress: OnProgress | undefined): Promise<VerifyReport> {
  const meter = new Meter(signal, onProgress);
  meter.check();
  const pool = openPool(work.threads, (bytes) => {
    meter.add(0, bytes);
  });
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await run(work, meter, pool);
  } catch (error) {
    // Tasks that were cut off by the stop fail in their own ways; what happened is that someone asked to stop.
    if (!(error instanceof CancelledError)) meter.check();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
}

async function run({ found, trust, seen }: Work, meter: Meter, pool: Pool): Promise<VerifyReport> {
  const findings = new Findings(verifyCodes);
  if (found.kind !== 'lake') {
    const { checked, answers } = await checkPackage({ found, findings, meter, pool, trust });
    meter.done();
    return report('package', found.path, findings, checked, { answers });
  }
  const root = found.path.replaceAll('\\', '/');
  const checked = await checkLake({ root, findings, meter, pool, unsettled: [] }, seen);
  meter.done();
  return report('lake', found.path, findings, checked, {});
}

function report(kind: VerifyReport['kind'], path: string, findings: Findings, checked: Checked, rest: Pick<VerifyReport, 'answers'>): VerifyReport {
  const errors = findings.count('error');
  const warnings = findings.count('warning');
  const name = `The ${kind} "${basename(path)}"`;
  const what = `${count(checked.files, 'file')} with ${count(checked.bytes, 'byte')} and ${kind === 'lake' ? count(checked.entries, 'ledger entry', 'ledger entries') : 'its signature'} were checked.`;
  const result = errors === 0 ? `${name} is unchanged: every file and every proof is as it was written.` : `${name} is damaged or was changed: ${count(errors, 'error')}.`;
  const summary = `${result}${warnings > 0 ? ` There ${warnings === 1 ? 'is' : 'are'} ${count(warnings, 'warning')}.` : ''} ${what}`;
  return { kind, summary, findings: findings.list(), checked, clean: errors === 0, ...rest };
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
