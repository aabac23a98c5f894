import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { TableName } from '../../contract/index.ts';
import { applyCommit, checkpointFileName, checksumFileName, checksumText, commitFileName, commitInfoLine, decodePath, EMPTY_SNAPSHOT, HASH_TAG, LAST_CHECKPOINT, LOG_FOLDER, parseAction } from '../../core/index.ts';
import type { AddFile, DeltaAction, Snapshot } from '../../core/index.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { TableFact, TableVersionFact } from './facts.ts';
import { namesIn } from './places.ts';

/** Checks tables (docs/formats/tables.md section 7): each commit in the log against the ledger, each data file against the hash that its commit gives. */

/** Bodies and files of a log beyond this are no honest writer's. */
const LARGEST_TEXT = 1024 * 1024 * 1024;
const BATCH = 48;

export async function checkTables(check: LakeCheck, tables: ReadonlyMap<TableName, TableFact>): Promise<void> {
  for (const table of tables.values()) await checkTable(check, table);
  const names = namesIn(check, 'tables');
  for (const name of [...(names?.files ?? []), ...(names?.others ?? [])]) check.findings.add('FOREIGN_FILE', `tables/${name}`, 'No table is a file. It was left alone.');
  for (const name of names?.folders ?? []) {
    if (!tables.has(name as TableName)) check.unsettled.push({ code: 'FOREIGN_FILE', path: `tables/${name}`, message: 'No ledger entry names this table. It was left alone and not checked.' });
  }
}

async function checkTable(check: LakeCheck, table: TableFact): Promise<void> {
  const folder = `tables/${table.name}`;
  const log = `${folder}/${LOG_FOLDER}`;
  const logNames = new Set<string>(namesIn(check, log)?.files ?? []);
  const expected = new Set<string>([LAST_CHECKPOINT]);
  const acts = new Set<string>();
  let snapshot: Snapshot | null = EMPTY_SNAPSHOT;
  const files = new Map<string, AddFile>();
  for (const fact of table.versions) {
    for (const name of [commitFileName(fact.version), checksumFileName(fact.version), checkpointFileName(fact.version)]) expected.add(name);
    const actions = checkCommit(check, table, fact, log, logNames);
    if (actions === null) {
      snapshot = null;
      continue;
    }
    for (const action of actions) if ('add' in action) files.set(action.add.path, action.add);
    if (actions.some((action) => 'add' in action)) acts.add(fact.txn);
    snapshot = next(check, table.name, fact, snapshot, actions);
    if (snapshot !== null) checkChecksum(check, `${log}/${checksumFileName(fact.version)}`, snapshot, fact);
    await check.meter.breathe();
  }
  await checkDataFiles(check, folder, files, table);
  for (const name of logNames) {
    if (expected.has(name)) continue;
    if (/^\d{20}\.json$/.test(name)) check.unsettled.push({ code: 'TABLE_LOG_FOREIGN', path: `${log}/${name}`, message: `No ledger entry made this commit of the table ${table.name}: another program wrote into its log.` });
    else check.findings.add('FOREIGN_FILE', `${log}/${name}`, 'The program writes nothing of this name into the log of a table. It was left alone.');
  }
  const names = namesIn(check, folder);
  for (const name of [...(names?.files ?? []), ...(names?.others ?? []), ...(names?.folders ?? [])]) {
    if (name !== LOG_FOLDER && !acts.has(name)) check.unsettled.push({ code: 'FOREIGN_FILE', path: `${folder}/${name}`, message: 'No commit of this table names anything in it. It was left alone.' });
  }
}

/** The actions of a version as its body says them; null where that is not good. */
function checkCommit(check: LakeCheck, { name, versions }: TableFact, fact: TableVersionFact, log: string, logNames: ReadonlySet<string>): DeltaAction[] | null {
  const { findings } = check;
  const called = `${name}:v${String(fact.version)}`;
  const file = `${log}/${commitFileName(fact.version)}`;
  const lines = fact.body === null ? null : linesOf(fact.body, fact.skip, fact.lines);
  const actions = lines?.map(parseAction) ?? null;
  const text = lines === null ? null : lines.map((line) => `${line}\n`).join('');
  if (lines === null || text === null || actions === null || actions.includes(null) || createHash('sha256').update(text).digest('hex') !== fact.hash) {
    findings.add('TABLE_COMMIT_WRONG', file, `The lines in the ledger for ${called} are missing or do not have the hash that the entry gives, so its files could not be checked.`);
    return null;
  }
  if (!logNames.has(commitFileName(fact.version))) {
    // A log is written in order, so one that was interrupted lacks its last commits and none between.
    const isEnd = versions.every(({ version }) => version < fact.version || !logNames.has(commitFileName(version)));
    if (isEnd) check.unsettled.push({ code: 'INTERRUPTED_COMMIT', path: file, message: `${called} is committed and not yet in the log of its table. The next program that writes to the lake puts it there.` });
    else findings.add('TABLE_LOG_MISSING', file, `The commit of ${called} is missing in the log of its table. It can be made again from the ledger.`);
  } else {
    const read = readWhole(`${check.root}/${file}`, LARGEST_TEXT);
    const wanted = commitInfoLine(fact.commit) + text;
    if ('why' in read) findings.add('FILE_UNREADABLE', file, `This file cannot be read: ${read.detail}.`);
    else if (read.bytes.toString('utf8') !== wanted) findings.add('TABLE_LOG_ALTERED', file, `The commit of ${called} in the log of its table is not what the ledger says: other programs would read something else.`);
  }
  return actions as DeltaAction[];
}

function linesOf(body: string, skip: number, count: number): string[] | null {
  const read = readWhole(body, LARGEST_TEXT);
  if ('why' in read) return null;
  const lines = read.bytes.toString('utf8').split('\n').slice(1 + skip, 1 + skip + count);
  return lines.length === count ? lines : null;
}

function next(check: LakeCheck, name: TableName, fact: TableVersionFact, before: Snapshot | null, actions: readonly DeltaAction[]): Snapshot | null {
  if (before === null) return null;
  try {
    return applyCommit(before, actions);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    check.findings.add('TABLE_COMMIT_WRONG', `tables/${name}/${LOG_FOLDER}/${commitFileName(fact.version)}`, `${name}:v${String(fact.version)} does not lead on from the version before. ${error.message}`);
    return null;
  }
}

function checkChecksum(check: LakeCheck, path: string, snapshot: Snapshot, { commit }: TableVersionFact): void {
  const read = readWhole(`${check.root}/${path}`, LARGEST_TEXT);
  if ('why' in read) return;
  if (read.bytes.toString('utf8') !== checksumText(snapshot, commit)) check.findings.add('TABLE_LOG_ALTERED', path, 'This checksum of a version of the table does not say what the ledger says of it.');
}

async function checkDataFiles(check: LakeCheck, folder: string, files: ReadonlyMap<string, AddFile>, table: TableFact): Promise<void> {
  const staged = new Set(table.versions.map(({ txn }) => txn));
  let batch: [string, AddFile][] = [];
  const running: Promise<void>[] = [];
  for (const file of files) {
    batch.push(file);
    if (batch.length < BATCH) continue;
    running.push(hashBatch(check, folder, batch, table.name, staged));
    batch = [];
  }
  if (batch.length > 0) running.push(hashBatch(check, folder, batch, table.name, staged));
  await Promise.all(running);
}

async function hashBatch(check: LakeCheck, folder: string, batch: readonly (readonly [string, AddFile])[], name: TableName, txns: ReadonlySet<string>): Promise<void> {
  const places = batch.map(([path]) => placeOf(check, folder, decodePath(path) ?? '', name, txns));
  const { bytes, digests, problems } = await check.pool.run({ kind: 'hashFiles', folder: check.root, names: places.join('\0') });
  check.meter.add(batch.length, bytes);
  const bad = new Map(problems.map((problem) => [problem.index, problem]));
  batch.forEach(([, add], index) => {
    const path = places[index] ?? '';
    const problem = bad.get(index);
    const digest = Buffer.from(digests.subarray(index * 32, index * 32 + 32)).toString('hex');
    if (problem?.problem === 'missing') check.findings.add('FILE_MISSING', path, `A data file of the table ${name} is missing.`);
    else if (problem !== undefined) check.findings.add('FILE_UNREADABLE', path, `This file cannot be read: ${problem.detail}.`);
    else if (digest !== add.tags?.[HASH_TAG]) check.findings.add('FILE_ALTERED', path, `The bytes of a data file of the table ${name} are not those that were committed.`);
  });
}

/** A data file lies in the folder of its act, or, after an interruption, still in staging. */
function placeOf(check: LakeCheck, folder: string, path: string, name: TableName, txns: ReadonlySet<string>): string {
  const [txn = '', ...rest] = path.split('/');
  if (!txns.has(txn)) return `${folder}/${path}`;
  const inPlace = isFolder(`${check.root}/${folder}/${txn}`);
  return inPlace ? `${folder}/${path}` : `staging/${txn}/parts/${name}/${rest.join('/')}`;
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
