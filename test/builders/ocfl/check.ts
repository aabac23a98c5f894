import { Findings } from '../../../src/verify/findings.ts';
import { Meter } from '../../../src/verify/meter.ts';
import type { OcflChecked, OcflCode } from '../../../src/verify/ocfl/index.ts';
import { checkOcflObject, checkOcflStorageRoot, ocflCodes } from '../../../src/verify/ocfl/index.ts';
import type { Finding } from '../../../src/contract/index.ts';
import { openPool } from '../../../src/verify/workers/pool.ts';

export interface Judged {
  /** Every code that was found, once, sorted. */
  readonly codes: readonly string[];
  readonly findings: readonly Finding[];
  readonly checked: OcflChecked;
}

/** Checks an object in this thread: starting threads would take most of the time of a small test. */
export function judgeObject(root: string): Promise<Judged> {
  return judge(root, checkOcflObject);
}

export function judgeStorageRoot(root: string): Promise<Judged> {
  return judge(root, checkOcflStorageRoot);
}

async function judge(root: string, check: typeof checkOcflObject): Promise<Judged> {
  const findings = new Findings<OcflCode>(ocflCodes);
  const pool = openPool(0, () => undefined);
  const checked = await check({ root, findings, meter: new Meter(undefined, undefined), pool });
  await pool.close();
  const list = findings.list();
  return { codes: [...new Set(list.map(({ code }) => code))].sort(), findings: list, checked };
}
