import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from './ask.bench.ts';
import { door } from './door.bench.ts';
import { exports } from './export.bench.ts';
import { machine, root } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { bag } from './bag.bench.ts';
import { ingest } from './ingest.bench.ts';
import { ledger } from './ledger.bench.ts';
import { normalize } from './normalize.bench.ts';
import { open } from './open.bench.ts';
import { drops } from './drops.bench.ts';
import { raw } from './raw.bench.ts';
import { shares } from './shares.bench.ts';
import { transform } from './transform.bench.ts';
import { verify } from './verify.bench.ts';

/**
 * `npm run bench [NAME …] [-- --rounds 5]`: measures and prints; without names it measures all and writes bench/RESULTS.md. HMS_BENCH_DIR names the disk (70 GB free).
 * Nothing is removed before the end: ext4 is several times slower in making many files soon after as many were deleted.
 */
const all: readonly Bench[] = [ingest, verify, exports, bag, open, ledger, transform, door, raw, drops, normalize, ask, shares];
const args = process.argv.slice(2);
const at = args.indexOf('--rounds');
const rounds = at < 0 ? 5 : Number(args[at + 1]);
const names = args.filter((arg, i) => !arg.startsWith('--') && (at < 0 || i !== at + 1));
const chosen = names.length === 0 ? all : all.filter((bench) => names.includes(bench.name));

const rows: Row[] = [];
const work = mkdtempSync(join(process.env['HMS_BENCH_DIR'] ?? tmpdir(), 'hms-bench-'));
try {
  for (const bench of chosen) {
    process.stderr.write(`${bench.name} …\n`);
    const measured = await bench.run(mkdtempSync(join(work, `${bench.name}-`)), rounds);
    rows.push(...measured);
    process.stdout.write(`${table(measured)}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (names.length === 0) writeFileSync(join(root, 'bench', 'RESULTS.md'), report());

function table(lines: readonly Row[]): string {
  const cells = lines.map((row) => [row.work, row.ours, row.against, row.peer, row.result, row.target, row.reached ? 'yes' : 'no', row.memory === null ? '–' : `${row.memory} MB`]);
  return ['| work | ours | against | peer | result | aim | reached | memory |', '|---|---|---|---|---|---|---|---|', ...cells.map((line) => `| ${line.join(' | ')} |`)].join('\n');
}

function report(): string {
  return `# Measured

\`npm run bench\`, ${rounds} alternating rounds, medians (all rounds in brackets), whole processes from start to end. ${machine()}.
Shared machine: trust the ratios, not the times. Memory is the most that our process had resident; the aim is under 350 MB.

${table(rows)}
`;
}
