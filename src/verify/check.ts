import type { OnProgress } from '../contract/index.ts';
import { CancelledError } from '../contract/index.ts';
import { bagitCodes, checkBag } from './bagit/index.ts';
import { verifyCodes } from './codes.ts';
import { Findings } from './findings.ts';
import { checkLake } from './lake/index.ts';
import { Meter } from './meter.ts';
import type { OcflChecked } from './ocfl/index.ts';
import { checkOcflObject, checkOcflStorageRoot, ocflCodes } from './ocfl/index.ts';
import { checkPackage } from './package/index.ts';
import type { Recognised } from './recognise.ts';
import type { VerifyReport } from './report.ts';
import type { Told } from './summary.ts';
import { summaryOf } from './summary.ts';
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

function run(work: Work, meter: Meter, pool: Pool): Promise<VerifyReport> {
  switch (work.found.kind) {
    case 'lake':
      return runLake(work, meter, pool);
    case 'package':
      return runPackage(work, meter, pool);
    case 'bag':
      return runBag(work, meter, pool);
    case 'ocfl-object':
    case 'ocfl-storage-root':
      return runOcfl(work, meter, pool);
  }
}

async function runLake({ found, seen }: Work, meter: Meter, pool: Pool): Promise<VerifyReport> {
  const findings = new Findings(verifyCodes);
  const checked = await checkLake({ root: plain(found.path), findings, meter, pool, unsettled: [] }, seen);
  return report({ found, findings, checked }, meter);
}

async function runPackage({ found, trust }: Work, meter: Meter, pool: Pool): Promise<VerifyReport> {
  const findings = new Findings(verifyCodes);
  const { checked, answers } = await checkPackage({ found, findings, meter, pool, trust });
  return { ...report({ found, findings, checked }, meter), answers };
}

async function runBag({ found }: Work, meter: Meter, pool: Pool): Promise<VerifyReport> {
  const findings = new Findings(bagitCodes);
  const { files, bytes, version, algorithms } = await checkBag({ path: plain(found.path), container: found.container, findings, meter, pool });
  return report({ found, findings, checked: { files, bytes, entries: 0, datasets: 0, versions: 0 }, version, algorithms }, meter);
}

async function runOcfl({ found }: Work, meter: Meter, pool: Pool): Promise<VerifyReport> {
  const findings = new Findings(ocflCodes);
  const ocfl = { root: plain(found.path), findings, meter, pool };
  const { files, bytes, objects, versions }: OcflChecked = await (found.kind === 'ocfl-object' ? checkOcflObject(ocfl) : checkOcflStorageRoot(ocfl));
  return report({ found, findings, checked: { files, bytes, entries: 0, datasets: 0, versions, objects } }, meter);
}

function report(told: Told, meter: Meter): VerifyReport {
  meter.done();
  const { found, findings, checked } = told;
  return { kind: found.kind, summary: summaryOf(told), findings: findings.list(), checked, clean: findings.count('error') === 0 };
}

function plain(path: string): string {
  return path.replaceAll('\\', '/');
}
