import type { LakeId } from '../../contract/index.ts';
import { entryFolder } from '../../core/index.ts';
import { readWhole } from '../read.ts';
import type { Checked } from '../report.ts';
import { checkContracts } from './contracts.ts';
import { checkKeyCopies } from './key-copies.ts';
import type { LakeCheck } from './context.ts';
import type { LedgerRead } from './facts.ts';
import type { InterruptedFork } from './interrupted-fork.ts';
import { findInterruptedFork, reportInterruptedFork } from './interrupted-fork.ts';
import { peekFirstEntry, readLakeJson } from './lake-json.ts';
import { checkLedgers } from './ledgers.ts';
import { namesIn } from './places.ts';
import { checkReadme } from './readme.ts';
import { checkStaging } from './staging.ts';
import { checkStore } from './store.ts';
import { checkTables } from './tables.ts';
import type { KnownCheckpoint } from './tree.ts';
import { parseKnown } from './tree.ts';

export type { LakeCheck } from './context.ts';

const topNames: ReadonlySet<string> = new Set(['lake.json', 'README.txt', 'store', 'raw', 'ledger', 'keys', 'origins', 'staging', 'stations', 'tables', 'contracts']);
const ledgerNames: ReadonlySet<string> = new Set(['entries', 'tile', 'checkpoint']);

/** Checks a lake: docs/formats/lake.md. */
export async function checkLake(check: LakeCheck, seen: Uint8Array | null): Promise<Checked> {
  check.meter.phase('Reading the ledger');
  const fork = findInterruptedFork(check);
  if (fork !== null) reportInterruptedFork(check, fork);
  const base = fork?.ledgerBase ?? '';
  const lakeJson = readLakeJson(check, fork === null ? 'lake.json' : `${fork.folder}/fork/lake.json`);
  const lakeId = lakeJson.id ?? peekFirstEntry(check, `${base}ledger/`)?.lake ?? null;
  const known = lakeId === null ? null : readSeen(check, seen, lakeId, fork);
  const ledger = lakeId === null ? null : await checkLedgers(check, { base, lakeId, lakeJson, limit: Infinity, seen: known, fork, depth: 0 });
  if (ledger === null) {
    check.findings.add('LEDGER_EMPTY', 'ledger/entries', 'Neither lake.json nor the first entry of the ledger can be read, so the ledger was not checked.');
    return { files: 0, bytes: 0, entries: 0, datasets: 0, versions: 0 };
  }
  check.meter.phase('Reading and hashing files');
  const datasets = [...ledger.facts.datasets.values()];
  await checkStore(check, [...datasets, ...ledger.facts.drops.values()]);
  await checkTables(check, ledger.facts.tables);
  checkStaging(check, ledger.facts, fork);
  checkKeyCopies(check, ledger.facts);
  checkContracts(check, ledger.facts);
  checkReadme(check);
  for (const [folder, ours] of [['', topNames], ['ledger', ledgerNames]] as const) {
    const there = namesIn(check, folder);
    for (const name of [...(there?.files ?? []), ...(there?.folders ?? []), ...(there?.others ?? [])]) {
      if (!ours.has(name)) check.findings.add('FOREIGN_FILE', folder === '' ? name : `${folder}/${name}`, `The program writes nothing of this name into a lake${folder === '' ? '' : "'s ledger"}. It was left alone.`);
    }
  }
  settle(check, `${base}ledger/`, ledger);
  const { filesDone, bytesDone } = check.meter;
  return { files: filesDone, bytes: bytesDone, entries: ledger.size, datasets: datasets.length, versions: datasets.reduce((sum, { versions }) => sum + versions.length, 0) };
}

function readSeen(check: LakeCheck, bytes: Uint8Array | null, lakeId: LakeId, fork: InterruptedFork | null): KnownCheckpoint | null {
  // That more was seen of the ledger that a fork leaves is why it is forked.
  if (bytes === null || (fork !== null && typeof parseKnown(bytes, `hms-dta/${fork.from}`) !== 'string')) return null;
  const checkpoint = parseKnown(bytes, `hms-dta/${lakeId}`);
  if (typeof checkpoint !== 'string') return { checkpoint, path: '', called: 'The checkpoint kept elsewhere' };
  check.findings.add('CHECKPOINT_UNREADABLE', '', `The checkpoint kept elsewhere cannot be used: ${checkpoint}.`);
  return null;
}

/** A lake may be written to while it is read: then what the entries that were read do not account for says nothing. */
function settle(check: LakeCheck, path: string, ledger: LedgerRead): void {
  const next = readWhole(`${check.root}/${path}entries/${entryFolder(ledger.size)}/entry.json`, 1_000_000);
  if ('why' in next) {
    for (const { code, path, message } of check.unsettled) check.findings.add(code, path, message);
  } else {
    check.findings.add('LAKE_GREW', 'ledger/entries', 'The lake was written to while the check ran; what was added is not checked. Run the check again to include it.');
  }
}
