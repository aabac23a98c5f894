import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCodes, HmsError } from '../contract/index.ts';
import type { ErrorCode } from '../contract/index.ts';
import type { PutRaw, PutRawOptions } from './raw.ts';

/** A file on its way: give it again as `resume`, and what has arrived is not sent again. For as long as the program that receives it runs. */
export interface SendNote {
  readonly size: number;
  /** Of the uploads, in the order of the file's bytes; each has `bytes` of it, the last one fewer. */
  readonly uploads: readonly string[];
  readonly bytes: number;
}

/** How a file is sent to a program that receives raw drops. */
export interface SendRawOptions extends PutRawOptions {
  /** Of `hms dta serve`: `http://127.0.0.1:8470` */
  readonly origin: string;
  /** As `hms dta token make --scope raw:write` gives it. */
  readonly token: string;
  /** Parts that are sent at the same time; 3 where it is left out. */
  readonly parallel?: number;
  /** Bytes of one request, at most and by default 8 MiB. */
  readonly chunk?: number;
  readonly signal?: AbortSignal;
  /** Told what `resume` takes, once the uploads are begun. */
  readonly onBegun?: (note: SendNote) => void;
  readonly resume?: SendNote;
}

const MOST_CHUNK = 8 * 1024 * 1024;
/** In a row without a byte arriving, for each part. */
const MOST_FAILURES = 6;
const FIRST_WAIT_MS = 100;

/**
 * Sends a file by tus 1.0.0 in parts at the same time, each from where it broke off, and enters it as one raw drop.
 *
 * @throws {@link HmsError} `PLACE_AWAY`, `NO_PERMISSION`, `SOURCE_REFUSED`, `USAGE`, and what the lake refuses
 *
 * @example
 * ```ts
 * const { rawId } = await sendRaw('telemetry.parquet', { origin: 'http://127.0.0.1:8470', token, program: 12 });
 * ```
 */
export async function sendRaw(file: string, options: SendRawOptions): Promise<PutRaw> {
  const { program, contract, as = basename(file), parallel = 3, chunk = MOST_CHUNK } = options;
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 16) throw usage('The number of parts is a whole number from 1 to 16.');
  if (!Number.isInteger(chunk) || chunk < 1 || chunk > MOST_CHUNK) throw usage('A chunk has from 1 byte to 8 MiB.');
  const door = new Door(options);
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const note = await begun(door, size, as, parallel, options);
    const stop = new AbortController();
    const sending = note.uploads.map((id, i) => {
      const from = i * note.bytes;
      return sendPart(door, handle, { id, from, size: Math.min(note.bytes, size - from), chunk }, stop.signal);
    });
    const ends = await Promise.allSettled(sending.map((part) => part.catch((error: unknown) => (stop.abort(), Promise.reject(error as Error)))));
    const failed = ends.find((end) => end.status === 'rejected' && !isStop(end.reason)) ?? ends.find((end) => end.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const body = JSON.stringify({ program_id: program, ...(contract === undefined ? {} : { contract }), files: [{ name: as, parts: note.uploads }] });
    const response = await door.ask('/dta/raw/uploads', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { raw_id: rawId, duplicate = false } = (await response.json()) as { raw_id: number; duplicate?: boolean };
    return { rawId, name: as, duplicate };
  } finally {
    await handle.close();
  }
}

/** Begins the uploads, or takes those that were begun. */
async function begun(door: Door, size: number, name: string, parallel: number, { resume, onBegun }: SendRawOptions): Promise<SendNote> {
  if (resume !== undefined) {
    if (resume.size === size) return resume;
    throw usage(`The file has ${size} bytes; what was begun had ${resume.size}.`);
  }
  const bytes = Math.max(1, Math.ceil(size / parallel));
  const count = Math.max(1, Math.ceil(size / bytes));
  const metadata = `purpose ${btoa('raw')},path ${Buffer.from(name).toString('base64')}`;
  const uploads: string[] = [];
  for (let i = 0; i < count; i++) {
    const length = Math.min(bytes, size - i * bytes);
    const response = await door.ask('/dta/uploads', { method: 'POST', headers: { 'upload-length': String(length), 'upload-metadata': metadata } });
    uploads.push(response.headers.get('location')?.split('/').at(-1) ?? '');
  }
  const note = { size, uploads, bytes };
  onBegun?.(note);
  return note;
}

interface Part {
  readonly id: string;
  /** Where it begins in the file. */
  readonly from: number;
  readonly size: number;
  readonly chunk: number;
}

async function sendPart(door: Door, file: FileHandle, { id, from, size, chunk }: Part, stop: AbortSignal): Promise<void> {
  const path = `/dta/uploads/${id}`;
  const arrived = async (): Promise<number> => Number((await door.ask(path, { method: 'HEAD' })).headers.get('upload-offset'));
  let at: number | null = null;
  for (let failures = 0; at === null || at < size; ) {
    stop.throwIfAborted();
    try {
      at ??= await arrived();
      if (at === size) return;
      const piece = Buffer.alloc(Math.min(chunk, size - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, from + at);
      if (bytesRead < piece.length) throw usage('The file became shorter while it was sent.');
      const response = await door.ask(path, { method: 'PATCH', headers: { 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' }, body: piece });
      at = Number(response.headers.get('upload-offset'));
      failures = 0;
    } catch (error) {
      // What the door has refused it refuses again; a line that broke may be mended.
      door.refuseStopped();
      if (error instanceof HmsError) throw error;
      if (++failures === MOST_FAILURES) throw silent(door.origin, error);
      await setTimeout(FIRST_WAIT_MS * 2 ** (failures - 1));
      at = null;
    }
  }
}

class Door {
  readonly #options: SendRawOptions;

  constructor(options: SendRawOptions) {
    this.#options = options;
  }

  get origin(): string {
    return this.#options.origin;
  }

  /** Throws what the caller has stopped it with. */
  refuseStopped(): void {
    this.#options.signal?.throwIfAborted();
  }

  /** Throws an HmsError for what was refused, and what `fetch` throws where the line broke. */
  async ask(path: string, init: RequestInit & { readonly headers?: Readonly<Record<string, string>> }): Promise<Response> {
    const { origin, token, signal } = this.#options;
    const headers = { authorization: `Bearer ${token}`, ...(path.startsWith('/dta/uploads') ? { 'tus-resumable': '1.0.0' } : {}), ...init.headers };
    const response = await fetch(new URL(path, origin), { ...init, headers, ...(signal === undefined ? {} : { signal }) });
    if (response.ok) return response;
    const text = await response.text();
    // Two requests for one part met, or a request is being given up: asked for anew, it tells where the part ends.
    if ((response.status >= 500 || response.status === 409 || response.status === 423) && path.startsWith('/dta/uploads/')) throw new Error(text);
    throw refusalOf(response.status, text);
  }
}

function refusalOf(status: number, text: string): HmsError {
  let told: { code?: unknown; detail?: unknown; kept?: unknown; next?: unknown } = {};
  try {
    told = JSON.parse(text) as typeof told;
  } catch {
    // A HEAD has no words.
  }
  const { code, detail, kept, next } = told;
  const isGone = status === 404 || status === 410;
  const known = typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : status === 401 || status === 403 ? 'NO_PERMISSION' : status >= 500 ? 'PLACE_AWAY' : 'SOURCE_REFUSED';
  const words = typeof detail === 'string' ? detail : isGone ? 'The program that receives raw drops does not know of this upload any more.' : `The program that receives raw drops answered with ${status}.`;
  return new HmsError(known, words, { kept: typeof kept === 'string' ? kept : 'No drop was made.', ...(typeof next === 'string' ? { next } : isGone ? { next: 'Send the file again from its start.' } : {}), facts: { status, code } });
}

function silent(origin: string, cause: unknown): HmsError {
  return new HmsError('PLACE_AWAY', `The program that receives raw drops at ${origin} does not answer, or the line breaks again and again.`, { kept: 'What has arrived is kept there for as long as that program runs.', next: 'Send it again with what onBegun has told, as resume.', cause });
}

function isStop(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'AbortError';
}

function usage(words: string): HmsError {
  return new HmsError('USAGE', words, { kept: 'Nothing was sent.' });
}
