import { createHash } from 'node:crypto';
import { HmsError } from '../../contract/index.ts';
import type { FileRow, VersionDetail } from '../../engine/catalog/index.ts';
import { openFile, versionOf } from '../../engine/files.ts';
import type { ByteRange } from '../../engine/files.ts';
import { codeOf } from '../../engine/lake/index.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { jsonWithList } from '../json.ts';
import { logicalPathOf, refOf } from '../names.ts';
import { reading } from '../opening.ts';
import { goesOn, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { grouped, officeClock } from '../words.ts';
import { contents, versionJson } from './results.ts';

/** The files of a version: their list, and the bytes of one. */

export function files(session: Session, [text]: readonly [string], { sha256 = false }: { readonly sha256?: boolean }): Promise<void> {
  return reading(session, async (lake) => {
    const version = versionOf(lake, text);
    const rows = filesOf(lake, version);
    if (session.json) {
      await jsonWithList(session, { version: versionJson(version) }, 'files', rows);
      return;
    }
    if (sha256) {
      for (const file of rows) {
        if (!(await goesOn(session))) return;
        await session.out.text(`${sumLine(file)}\n`);
      }
      return;
    }
    const when = officeClock(lake.lake.zone);
    // No size in it is wider than their sum.
    const wide = Math.max(5, grouped(version.bytes ?? 0).length);
    await session.out.line(`${'Bytes'.padStart(wide)}  ${'Modified'.padEnd(26)}  Name`);
    for (const file of rows) {
      if (!(await goesOn(session))) return;
      await session.out.line(`${grouped(file.size).padStart(wide)}  ${(file.mtime === null ? 'not known' : when(file.mtime)).padEnd(26)}  ${file.path}`);
    }
    await remark(session, `${refOf(version)}: ${contents(version)}`);
  });
}

function filesOf(lake: ReadableLake, version: VersionDetail): Iterable<FileRow> {
  const rows = lake.catalog.iterateFiles(version.dataset, version.version);
  if (rows !== null) return rows;
  throw new HmsError('STORED_DAMAGED', `The files of ${refOf(version)} are not known: its inventory cannot be read.`, { kept: 'Nothing was changed.', next: 'Run "hms dta verify" on the lake, and restore the inventory from a backup.' });
}

/** A line for `sha256sum -c`, which writes a backslash before the line of a name with a backslash or a line end in it. */
function sumLine({ sha256, path }: FileRow): string {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}`;
}

/** Writes the bytes of a file to standard output. A whole file is checked against its SHA-256 on the way, and its last piece is written only where that is right. */
export function cat(session: Session, [text, name]: readonly [string, string], { range }: { readonly range?: string }): Promise<void> {
  return reading(session, async (lake) => {
    const version = versionOf(lake, text);
    const wanted = range === undefined ? undefined : rangeOf(range);
    const { file, stream } = await openFile(lake, version, logicalPathOf(name), wanted);
    if (wanted !== undefined && wanted.start >= file.size) {
      throw new HmsError('USAGE', `The file has ${grouped(file.size)} bytes, numbered from 0, so there is no byte ${grouped(wanted.start)}.`, { kept: 'Nothing was written.' });
    }
    const hash = createHash('sha256');
    const { path, sha256, size, mtime } = file;
    // A chunk's end need not be a group's end of base64, so that what is left over waits for the next.
    let rest: Uint8Array = Buffer.alloc(0);
    if (session.json) await session.out.text(`${JSON.stringify({ ref: refOf(version), path, sha256, size, mtime, range: wanted ?? null }).slice(0, -1)},"base64":"`);
    const write = async (chunk: Uint8Array): Promise<void> => {
      if (!session.json) return session.out.bytes(chunk);
      const bytes = Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % 3);
      rest = bytes.subarray(whole);
      return session.out.text(bytes.toString('base64', 0, whole));
    };
    let held: Uint8Array | null = null;
    for await (const chunk of inWords(stream, lake, version, name)) {
      if (!(await goesOn(session))) return;
      hash.update(chunk);
      if (held !== null) await write(held);
      held = chunk;
    }
    if (wanted === undefined && hash.digest('hex') !== sha256) throw altered(version, name);
    if (held !== null) await write(held);
    if (session.json) await session.out.text(`${Buffer.from(rest).toString('base64')}"}\n`);
  });
}

async function* inWords(stream: AsyncIterable<Uint8Array>, lake: ReadableLake, version: VersionDetail, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new HmsError('STORED_DAMAGED', `The stored bytes of "${name}" in ${refOf(version)} are missing.`, {
      kept: 'Nothing was changed.',
      next: `Run "hms dta verify" on the lake (${lake.paths.root}), and restore the file from a backup.`,
    });
  }
}

function altered(version: VersionDetail, name: string): HmsError {
  return new HmsError('STORED_DAMAGED', `The stored bytes of "${name}" are not those that ${refOf(version)} was committed with. The last of them were held back.`, {
    kept: 'Nothing was changed in the lake.',
    next: 'Run "hms dta verify" on the lake, and restore the file from a backup.',
  });
}

/** `0-99` (both included) or `100-`. */
function rangeOf(text: string): ByteRange {
  const match = /^(\d{1,15})-(\d{1,15})?$/.exec(text);
  const [start, end] = [Number(match?.[1]), match?.[2] === undefined ? undefined : Number(match[2])];
  if (match === null || (end !== undefined && end < start)) {
    throw new HmsError('USAGE', `"${text}" is not a range of bytes.`, { next: 'Write the first and the last byte, counted from 0: --range 0-99; or --range 100- to the end.' });
  }
  return { start, ...(end === undefined ? {} : { end }) };
}
