import { Findings } from '../../../src/verify/findings.ts';
import { Meter } from '../../../src/verify/meter.ts';
import { checkOcflObject, ocflCodes } from '../../../src/verify/ocfl/index.ts';
import { openPool } from '../../../src/verify/workers/pool.ts';

/** A process that checks the object that it is told and says how much memory that took at most, in bytes, and what was found. */
const findings = new Findings(ocflCodes);
const meter = new Meter(undefined, undefined);
const pool = openPool(2, (bytes) => {
  meter.add(0, bytes);
});
const checked = await checkOcflObject({ root: process.argv[2] ?? '', findings, meter, pool });
await pool.close();
const codes = [...new Set(findings.list().map(({ code }) => code))].sort();
process.stdout.write(JSON.stringify({ checked, codes, resident: process.resourceUsage().maxRSS * 1024 }));
