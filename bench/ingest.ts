import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatasetId, KeyId, LakeId } from '../src/contract/index.ts';
import { systemClock } from '../src/engine/clock.ts';
import { intake } from '../src/engine/ingest/index.ts';
import { beginDraft, durableOn, lakePaths, placeOf, systemDisk } from '../src/engine/lake/index.ts';

/**
 * Intake against the tools that a person would use instead, until everything is on the disk. Rounds alternate, each with a folder that is
 * new: ext4 is 5 to 10 times slower in making many files soon after as many were deleted, so nothing is removed before the end.
 *
 * `node bench/ingest.ts [rounds]`; HMS_BENCH_DIR names another folder than the system's temporary one (about 25 GB, local ext4).
 */

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note: string;
}

const MB = 1_000_000;
const thisFile = fileURLToPath(import.meta.url);

export function bench(rounds = 5): Promise<Row[]> {
  return Promise.resolve(measure(rounds));
}

function measure(rounds: number): Row[] {
  const root = mkdtempSync(join(process.env.HMS_BENCH_DIR ?? tmpdir(), 'hms-bench-ingest-'));
  try {
    const large = join(root, 'large.bin');
    writeRandom(large, 2 * 1024 ** 3);
    const small = join(root, 'small');
    for (let folder = 0; folder < 20; folder++) {
      mkdirSync(join(small, `${folder}`), { recursive: true });
      for (let i = 0; i < 1_000; i++) writeFileSync(join(small, `${folder}`, `record-${i}.bin`), randomBytes(8 * 1024));
    }
    return [
      ...compare('one file of 2 GB', root, large, 'cp large.bin "$1/copy" && openssl dgst -sha256 large.bin > "$1/sum" && sync -f "$1"', 1.15, rounds),
      ...compare(
        '20,000 files of 8 KB',
        root,
        small,
        'cp -r small "$1/copy" && find small -type f -print0 | xargs -0 sha256sum > "$1/sum" && sync -f "$1"',
        1.5,
        rounds,
      ),
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function compare(what: string, root: string, source: string, script: string, target: number, rounds: number): Row[] {
  const ours: number[] = [];
  const tools: number[] = [];
  let resident = 0;
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [tools, ours] : [ours, tools]) {
      const folder = mkdtempSync(join(root, 'round-'));
      execFileSync('sync', ['-f', root]);
      if (side === tools) {
        const start = performance.now();
        execFileSync('sh', ['-c', script, 'sh', folder], { cwd: root });
        side.push((performance.now() - start) / 1000);
      } else {
        const one = takeInNewProcess(folder, source);
        side.push(one.seconds);
        resident = Math.max(resident, one.resident);
      }
    }
  }
  const ratio = median(ours) / median(tools);
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(' ');
  return [
    { name: `intake: ${what}`, value: median(ours), unit: 's', note: list(ours) },
    { name: `cp, sha256, sync: ${what}`, value: median(tools), unit: 's', note: list(tools) },
    { name: `ratio: ${what}`, value: ratio, unit: '×', note: `aim ≤ ${target}` },
    { name: `most memory: ${what}`, value: resident / MB, unit: 'MB', note: 'resident, whole process; aim < 350' },
  ];
}

interface One {
  readonly seconds: number;
  /** Bytes. */
  readonly resident: number;
}

/** Its memory is then that of one intake. The time does not count the start of Node. */
function takeInNewProcess(lake: string, source: string): One {
  const [time, resident] = execFileSync(process.execPath, [thisFile, '--one', lake, source], { encoding: 'utf8' }).trim().split(' ').map(Number);
  if (time === undefined || resident === undefined) throw new Error('The process of one intake printed no result.');
  return { seconds: time, resident };
}

async function take(lake: string, source: string): Promise<One> {
  const start = performance.now();
  const durable = durableOn(systemDisk, await placeOf(lake), systemClock);
  const owner = { lake: LakeId.parse(systemClock.uuid()), station: KeyId.parse('0'.repeat(64)), osUser: 'bench' };
  const draft = await beginDraft(owner, DatasetId.parse('BENCH'), null, () => null, lakePaths(lake), durable, systemClock);
  const report = await intake(
    draft,
    [{ kind: 'path', path: source }],
    { durable, clock: systemClock, lake },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  if (report.problemCount > 0) throw new Error(report.problems[0]?.message);
  return { seconds: (performance.now() - start) / 1000, resident: process.resourceUsage().maxRSS * 1024 };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function writeRandom(path: string, size: number): void {
  const descriptor = openSync(path, 'wx');
  for (let at = 0; at < size; at += 1 << 24) writeSync(descriptor, randomBytes(1 << 24));
  closeSync(descriptor);
}

if (process.argv[1] === thisFile) {
  const [first, lake, source] = process.argv.slice(2);
  if (first === '--one' && lake !== undefined && source !== undefined) {
    const { seconds, resident } = await take(lake, source);
    console.log(`${seconds} ${resident}`);
  } else {
    for (const { name, value, unit, note } of await bench(Number(first ?? 5))) console.log(`${name}\t${value.toFixed(2)} ${unit}\t${note}`);
  }
}
