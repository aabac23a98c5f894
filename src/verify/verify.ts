import { basename, resolve } from 'node:path';
import { CancelledError, HmsError } from '../contract/index.ts';
import { Findings } from './findings.ts';
import { checkLake } from './lake/index.ts';
import { Meter } from './meter.ts';
import type { Recognised } from './recognise.ts';
import { recognise } from './recognise.ts';
import type { Checked, VerifyOptions, VerifyReport } from './report.ts';
import { checkPackage } from './package/index.ts';
import type { Pool } from './workers/pool.ts';
import { defaultThreads, openPool } from './workers/pool.ts';

/**
 * Checks a lake (its folder) or a package (a zip file or the folder it was unpacked to) against everything that it proves by itself. Only reads.
 * Faults become findings; the check never stops at the first.
 *
 * @throws HmsError NOT_A_LAKE where the path is neither; CancelledError when the signal says so
 */
export async function verify(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const found = recognise(resolve(path));
  if (found === null) {
    throw new HmsError('NOT_A_LAKE', `"${path}" is neither a lake nor a package that this program knows.`, {
      next: 'Name the folder that holds lake.json, a package (a zip file), or the folder into which a package was unpacked.',
    });
  }
  const meter = new Meter(options.signal, options.onProgress);
  meter.check();
  const pool = openPool(options.workers ?? defaultThreads(), (bytes) => {
    meter.add(0, bytes);
  });
  const stop = (): void => void pool.close();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    return await run(found, options, meter, pool);
  } catch (error) {
    // Tasks that were cut off by the stop fail in their own ways; what happened is that someone asked to stop.
    if (!(error instanceof CancelledError)) meter.check();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await pool.close();
  }
}

async function run(found: Recognised, options: VerifyOptions, meter: Meter, pool: Pool): Promise<VerifyReport> {
  const findings = new Findings();
  if (found.kind !== 'lake') {
    const { checked, answers } = await checkPackage({ found, findings, meter, pool, trust: options.trust ?? [] });
    meter.done();
    return report('package', found.path, findings, checked, { answers });
  }
  const root = found.path.replaceAll('\\', '/');
  const checked = await checkLake({ root, findings, meter, pool, unsettled: [] }, options.seen);
  meter.done();
  return report('lake', found.path, findings, checked, {});
}

function report(kind: VerifyReport['kind'], path: string, findings: Findings, checked: Checked, rest: Pick<VerifyReport, 'answers'>): VerifyReport {
  const errors = findings.count('error');
  const warnings = findings.count('warning');
  const name = `The ${kind} "${basename(path)}"`;
  const what = `${count(checked.files, 'file')} with ${count(checked.bytes, 'byte')} and ${kind === 'lake' ? `${count(checked.entries, 'ledger entry', 'ledger entries')}` : 'its signature'} were checked.`;
  const result = errors === 0 ? `${name} is unchanged: every file and every proof is as it was written.` : `${name} is damaged or was changed: ${count(errors, 'error')}.`;
  const summary = `${result}${warnings > 0 ? ` There ${warnings === 1 ? 'is' : 'are'} ${count(warnings, 'warning')}.` : ''} ${what}`;
  return { kind, summary, findings: findings.list(), checked, clean: errors === 0, ...rest };
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
