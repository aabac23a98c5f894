import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, tableHead, tableVersionName } from '../../contract/index.ts';
import type { TableName } from '../../contract/index.ts';
import { CHECKPOINT_EVERY, checkpointFileName, checksumFileName, checksumOf, commitFileName, commitInfoLine, LAST_CHECKPOINT, lastCheckpointText, LOG_FOLDER, parseEntry, PROTOCOL } from '../../core/index.ts';
import type { TableVersionDetail } from '../../core/index.ts';
import { codeOf, ifMissing, leafAt, readBody } from '../lake/index.ts';
import type { LakePaths, LedgerContext } from '../lake/index.ts';
import type { TableShelf } from './types.ts';

/** Putting a claimed version of a table in place (docs/formats/tables.md section 5): a function of its entry, its body and the staged folder, so anyone may do it. */

export function logFolder(paths: LakePaths, name: TableName): string {
  return join(paths.table(name), LOG_FOLDER);
}

export function commitFile(paths: LakePaths, name: TableName, version: number): string {
  return join(logFolder(paths, name), commitFileName(version));
}

/** The bytes of a version's file in the Delta log, and whether it brought data files. Null where its entry or body cannot be read here. */
async function commitText({ paths, durable, clock }: LedgerContext, version: TableVersionDetail): Promise<{ text: string; brings: boolean } | null> {
  if (!version.own) return null;
  const folder = paths.entry(version.seq);
  const leaf = await leafAt(folder, durable.place, clock);
  const parsed = leaf.is === 'leaf' ? parseEntry(leaf.bytes) : null;
  if (parsed?.ok !== true) return null;
  const { entry } = parsed;
  const body = await readBody(folder, entry);
  const head = body.is === 'kept' ? tableHead(body.head) : null;
  if (body.is !== 'kept' || head === null) return null;
  let skipped = 0;
  for (const { name, version: number, lines, operation } of head.tables) {
    if (name !== version.table || number !== version.version) {
      skipped += lines;
      continue;
    }
    let text = commitInfoLine({ at: Date.parse(entry.at), seq: entry.seq, txn: entry.txn, operation, engine: head.by.program });
    let at = 0;
    let brings = false;
    for await (const { text: line, action } of body.deltaLines()) {
      if (at >= skipped && at < skipped + lines) {
        text += `${line}\n`;
        brings ||= 'add' in action;
      }
      at += 1;
    }
    return { text, brings };
  }
  return null;
}

export type Standing =
  | { readonly is: 'in place' }
  | { readonly is: 'missing' }
  /** Something else stands there: another program wrote into the log. */
  | { readonly is: 'foreign'; readonly file: string };

/** What stands in the log where a version's commit belongs. */
export async function standingOf({ ledger }: TableShelf, version: TableVersionDetail): Promise<Standing> {
  const { paths } = ledger.context;
  const file = commitFile(paths, version.table, version.version);
  const there = await readFile(file).catch(ifMissing(null));
  if (there === null) return { is: 'missing' };
  const own = await commitText(ledger.context, version);
  // What a fork's origin wrote was in place before; it cannot be told from here.
  if (own === null) return version.own ? { is: 'missing' } : { is: 'in place' };
  if (!there.equals(Buffer.from(own.text))) return { is: 'foreign', file };
  return !own.brings || (await isThere(join(paths.table(version.table), version.txn))) ? { is: 'in place' } : { is: 'missing' };
}

/**
 * The commit of another program in a table's log, by its file: one that stands where the next of ours would, or one in the place of the newest. Null where there is
 * none. Whoever asks has read the ledger to its end.
 */
export async function foreignCommit(shelf: TableShelf, newest: TableVersionDetail): Promise<string | null> {
  const standing = await standingOf(shelf, newest);
  if (standing.is === 'foreign') return standing.file;
  const next = commitFile(shelf.ledger.context.paths, newest.table, newest.version + 1);
  return (await isThere(next)) ? next : null;
}

export function foreignError(name: TableName, file: string): HmsError {
  return new HmsError('TABLE_FOREIGN', `Another program has written into the log of the table ${name}: ${file} is no commit of this lake's ledger.`, {
    kept: 'It was left as it is. The table can be read as the ledger has it; nothing is written to it.',
    next: `Find out which program wrote it; other programs may read these tables and not write them. Move that file out of the lake, then run the command again.`,
    facts: { table: name, file },
  });
}

function lost(version: TableVersionDetail): HmsError {
  const name = tableVersionName(version.table, version.version);
  return new HmsError('TABLE_DAMAGED', `The files of ${name} are neither in the table's folder nor in staging, or its ledger entry cannot be read.`, {
    kept: 'Nothing was changed. The other tables can be used.',
    next: 'Run `hms dta verify` on the lake, and look for what it names in a backup.',
    facts: { table: version.table, version: version.version, seq: version.seq },
  });
}

/**
 * Puts a claimed version in place where it is not, those before it first, so that a log never has a gap: data files, then the commit, then its checksum. `scratch` is a
 * folder in staging that exists. Answers what had to be placed.
 */
export async function settleTable(shelf: TableShelf, version: TableVersionDetail, scratch: string): Promise<readonly TableVersionDetail[]> {
  const missing: TableVersionDetail[] = [];
  for (let at: TableVersionDetail | null = version; at !== null; at = shelf.tables.version(version.table, at.version - 1)) {
    const standing = await standingOf(shelf, at);
    if (standing.is === 'foreign') throw foreignError(version.table, standing.file);
    if (standing.is === 'in place') break;
    missing.unshift(at);
  }
  for (const one of missing) await place(shelf, one, scratch);
  await shelf.markPlaced(version.table, version.version);
  return missing;
}

async function place(shelf: TableShelf, version: TableVersionDetail, scratch: string): Promise<void> {
  const { paths, durable } = shelf.ledger.context;
  const commit = await commitText(shelf.ledger.context, version);
  if (commit === null) throw lost(version);
  await durable.makeFolder(logFolder(paths, version.table));
  if (commit.brings) await placeParts(shelf, version);
  await publish(shelf, commitFile(paths, version.table, version.version), Buffer.from(commit.text), scratch, version.table);
  await writeChecksum(shelf, version, scratch);
}

async function placeParts({ ledger }: TableShelf, version: TableVersionDetail): Promise<void> {
  const { paths, durable } = ledger.context;
  const staged = join(paths.transaction(version.txn), 'parts', version.table);
  const target = join(paths.table(version.table), version.txn);
  for (let attempt = 1; ; attempt++) {
    if (await isThere(target)) return;
    if (!(await isThere(staged)) && !(await isThere(target))) throw lost(version);
    try {
      await durable.publishFolder(staged, target);
      return;
    } catch (error) {
      // Another process may have been quicker.
      if (await isThere(target)) continue;
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error)) || attempt === 3) throw error;
    }
  }
}

/** A file of the log appears whole or not at all; several may write it at once, and write the same bytes. */
async function publish({ ledger }: TableShelf, file: string, bytes: Uint8Array, scratch: string, name: TableName): Promise<void> {
  const { durable, clock } = ledger.context;
  const there = await readFile(file).catch(ifMissing(null));
  if (there !== null) {
    if (there.equals(bytes)) return;
    throw foreignError(name, file);
  }
  const temporary = join(scratch, `log-${Buffer.from(clock.random(8)).toString('hex')}`);
  await durable.writeNew(temporary, bytes);
  await durable.moveFile(temporary, file);
  await durable.disk.syncFolder(join(file, '..'));
}

/**
 * Writes the checkpoint of a version from the Parquet file that was made of it, then the file that points to the newest. Both are copies of what the commits say; another
 * station may write them too.
 */
export async function publishCheckpoint(shelf: TableShelf, version: TableVersionDetail, rows: number, bytes: () => AsyncIterable<Uint8Array>, scratch: string): Promise<void> {
  const { paths, durable } = shelf.ledger.context;
  const folder = logFolder(paths, version.table);
  const written = await durable.replaceDerived(join(folder, checkpointFileName(version.version)), bytes, scratch);
  if ((shelf.tables.version(version.table, null)?.version ?? 0) >= version.version + CHECKPOINT_EVERY) return;
  await durable.replaceDerived(join(folder, LAST_CHECKPOINT), () => Buffer.from(lastCheckpointText(version.version, rows, written.size)), scratch);
}

/** `.crc` is a help for readers; one that is there is left as it is. */
async function writeChecksum(shelf: TableShelf, version: TableVersionDetail, scratch: string): Promise<void> {
  const { paths, durable, clock } = shelf.ledger.context;
  const text = checksumOfVersion(shelf, version);
  const file = join(logFolder(paths, version.table), checksumFileName(version.version));
  if (text === null || (await isThere(file))) return;
  const temporary = join(scratch, `crc-${Buffer.from(clock.random(8)).toString('hex')}`);
  await durable.writeNew(temporary, Buffer.from(text));
  await durable.moveFile(temporary, file);
  await durable.disk.syncFolder(join(file, '..'));
}

function checksumOfVersion({ tables }: TableShelf, version: TableVersionDetail): string | null {
  const description = tables.description(version);
  if (description === null || version.totals === null) return null;
  return checksumOf({
    tableSizeBytes: version.totals.bytes,
    numFiles: version.totals.files,
    protocol: PROTOCOL,
    metadata: description.metaData,
    domainMetadata: description.domains,
    inCommitTimestampOpt: Date.parse(version.at),
    txnId: version.txn,
  });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, ifMissing(false));
}
