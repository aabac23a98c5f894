import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { CancelledError, HmsError, parseVersionRef, versionName } from '../contract/index.ts';
import type { DatasetId } from '../contract/index.ts';
import type { FileRow, VersionDetail } from '../engine/catalog/index.ts';
import { openFile, versionOf } from '../engine/files.ts';
import { codeOf } from '../engine/lake/index.ts';
import { logicalPathOf } from '../engine/names.ts';
import type { ReadableLake } from '../engine/open.ts';
import type { Difference, FileInfo, Version, VersionName } from './types.ts';

/** Versions, their files and the bytes of these, in the SDK's shapes. */

export interface OpenFileOptions {
  /** Which version; the one that the dataset stands on where it is left out. */
  readonly version?: VersionName;
  /** Only the bytes `start` up to and including `end`, counted from 0. */
  readonly range?: { readonly start: number; readonly end?: number };
  readonly signal?: AbortSignal;
}

/** The bytes of a stored file, and what is known of it. */
export type FileStream = Readable & {
  readonly file: FileInfo;
  /**
   * What is checked while it is read. `sha256`: all bytes against the file's hash; the last of them are only given out when they are right. `length`: of a range,
   * only that it is there as long as it should be, since a part has no hash of its own.
   */
  readonly checked: 'sha256' | 'length';
};

export function versionInfo(lake: ReadableLake, detail: VersionDetail): Version {
  const { dataset, version: number, at, hash, message, tags, files, bytes, transform, lineage, imported, seq } = detail;
  const ended = (event: VersionDetail['withdrawn']): Version['withdrawn'] => (event === null ? null : { at: event.at, reason: event.reason });
  const derivedFrom = lake.catalog.sources(dataset, number).map((source) => versionName(source.dataset as DatasetId, source.version));
  const id = versionName(dataset, number);
  return { id, dataset, number, at, hash, message, tags, files, bytes, derivedFrom, transform, lineage, imported, withdrawn: ended(detail.withdrawn), voided: ended(detail.voided), entry: seq };
}

export function fileInfo({ path, sha256, size, mtime }: FileRow): FileInfo {
  return { name: path, sha256, size, mtime };
}

/** A version of one dataset, however it is named. `standsOn` is meant where nothing is said. */
export function detailOf(lake: ReadableLake, dataset: DatasetId, standsOn: number | null, name: VersionName | undefined): VersionDetail {
  if (name === undefined && standsOn === null) {
    throw new HmsError('VERSION_UNKNOWN', `${dataset} has no version yet that can be read.`, { next: 'Commit one: await dataset.commit(message)' });
  }
  const said = name ?? standsOn ?? 0;
  const text = typeof said === 'number' ? versionName(dataset, said) : /[:@]/.test(said) ? said : `${dataset}:${said}`;
  const detail = versionOf(lake, text);
  if (detail.dataset === dataset) return detail;
  throw new HmsError('USAGE', `${versionName(detail.dataset, detail.version)} is a version of another dataset than ${dataset}.`, { next: `Open that one: Dataset.open('${detail.dataset}')` });
}

/** As detailOf, for what cannot be taken back: a number says which version is meant, also when the call is made twice. */
export function numbered(lake: ReadableLake, dataset: DatasetId, name: VersionName): VersionDetail {
  const isNumber = typeof name === 'number' || /^v\d+$/.test(name) || parseVersionRef(name)?.by === 'number';
  const detail = detailOf(lake, dataset, null, name);
  if (isNumber) return detail;
  throw new HmsError('USAGE', `This cannot be taken back, so the version is named by its number; "${name}" means ${versionName(dataset, detail.version)} at this moment.`, {
    kept: 'Nothing was changed.',
    next: `Write ${detail.version} if that is the one.`,
  });
}

export async function* filesOf(lake: ReadableLake, detail: VersionDetail): AsyncGenerator<FileInfo, void, undefined> {
  const rows = lake.catalog.iterateFiles(detail.dataset, detail.version);
  if (rows === null) throw unknownFiles(versionName(detail.dataset, detail.version));
  for (const row of rows) yield fileInfo(row);
}

export async function* differencesOf(lake: ReadableLake, from: VersionDetail, to: VersionDetail): AsyncGenerator<Difference, void, undefined> {
  const found = lake.catalog.differences(from.dataset, from.version, to.version);
  if (found === null) throw unknownFiles(`${versionName(from.dataset, from.version)} or ${versionName(to.dataset, to.version)}`);
  try {
    for (const { path: name, ...rest } of found) yield { name, ...rest };
  } finally {
    found.close();
  }
}

function unknownFiles(what: string): HmsError {
  return new HmsError('STORED_DAMAGED', `The files of ${what} are not known: an inventory cannot be read.`, { kept: 'Nothing was changed.', next: 'Run "hms dta verify" on the lake, and restore the inventory from a backup.' });
}

export async function streamOf(lake: ReadableLake, detail: VersionDetail, name: string, { range, signal }: OpenFileOptions): Promise<FileStream> {
  const { file, stream } = await openFile(lake, detail, logicalPathOf(name), range);
  if (range !== undefined) refuseRange(range, file);
  const isWhole = range === undefined || (range.start === 0 && (range.end ?? Infinity) >= file.size - 1);
  const length = Math.max(0, Math.min(range?.end ?? Infinity, file.size - 1) - (range?.start ?? 0) + 1);
  const pieces = checkedPieces(stream, { version: versionName(detail.dataset, detail.version), file, sha256: isWhole ? file.sha256 : null, length, signal: signal ?? null });
  return Object.assign(Readable.from(pieces, { objectMode: false }), { file: fileInfo(file), checked: isWhole ? ('sha256' as const) : ('length' as const) });
}

function refuseRange({ start, end }: { readonly start: number; readonly end?: number }, { path, size }: FileRow): void {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (isCount(start) && (start < size || (start === 0 && size === 0)) && (end === undefined || (isCount(end) && end >= start))) return;
  throw new HmsError('USAGE', `Bytes ${start} to ${end ?? 'the end'} are no part of "${path}", which has ${size} bytes, counted from 0.`, { kept: 'Nothing was read.' });
}

interface Expectation {
  readonly version: string;
  readonly file: FileRow;
  /** Null where the bytes are only a part. */
  readonly sha256: string | null;
  readonly length: number;
  readonly signal: AbortSignal | null;
}

/** Passes bytes on one piece behind, so that the last piece of a file that is not the record is never given out. */
async function* checkedPieces(stream: AsyncIterable<Uint8Array>, expected: Expectation): AsyncGenerator<Uint8Array> {
  const hash = expected.sha256 === null ? null : createHash('sha256');
  let length = 0;
  let held: Uint8Array | null = null;
  try {
    for await (const piece of stream) {
      if (expected.signal?.aborted === true) throw new CancelledError('It only reads, so nothing was changed.');
      hash?.update(piece);
      length += piece.length;
      if (held !== null) yield held;
      held = piece;
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw damaged(expected, 'are missing');
    throw error;
  }
  if (length !== expected.length || (hash !== null && hash.digest('hex') !== expected.sha256)) throw damaged(expected, 'are not those that it was committed with');
  if (held !== null) yield held;
}

function damaged({ version, file }: Expectation, what: string): HmsError {
  return new HmsError('STORED_DAMAGED', `The stored bytes of "${file.path}" in ${version} ${what}. What was read until now is not the record.`, {
    kept: 'Nothing was changed in the lake.',
    next: 'Run "hms dta verify" on the lake, and restore the file from a backup.',
    facts: { version, name: file.path },
  });
}
