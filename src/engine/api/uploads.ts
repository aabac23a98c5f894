import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStore, MemoryConfigstore } from '@tus/file-store';
import { Server } from '@tus/server';
import { HmsError } from '../../contract/index.ts';
import type { Caller } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import type { Clock } from '../clock.ts';
import type { Durable } from '../lake/index.ts';
import { problemOf, problemResponse } from './problems.ts';
import type { Reception } from './reception.ts';
import { CHECKSUM_ALGORITHMS, checkContentType, checkedBody, checkRoom } from './upload-checks.ts';
import { uploadPath } from './upload-name.ts';

/** What is uploaded: tus 1.0.0, by @tus/server (docs/adr/0009-uploads-by-tus-server.md). Files lie in a spool folder of the profile until they are staged or checked. */

/** A chunk; what the window's protocol and a browser's memory bear well. */
const MOST_CHUNK_BYTES = 8 * 1024 * 1024;

/** A disk with less than this left is called full. */
const FULL_BYTES = 64 * 1024;

/** An upload that belongs to no intake is removed so long after anybody last did something with it. */
const IDLE_MS = 24 * 60 * 60 * 1000;

interface Spooled {
  readonly id: string;
  readonly path: string;
  readonly reception: Reception | null;
  /** What it was sent for. */
  readonly purpose: 'intake' | 'verify' | 'raw';
  isComplete: boolean;
  /** When somebody last did something with it, ms of the clock that never jumps. */
  active: number;
}

/** An upload of which all has arrived. */
interface Complete {
  readonly name: string;
  readonly place: string;
  remove(): Promise<void>;
}

/** What a request of @tus/server fails with, as it takes it. */
type TusError = { readonly status_code: number; readonly body: string };

export class Uploads {
  readonly #folder: string;
  readonly #durable: Durable;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #receptions = new Map<string, Reception>();
  /** Intakes whose rest is being removed. What is sent to one is refused after that: who is refused asks whether the intake has ended, and would take it for the file's own fault while it has not. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #spooled = new Map<string, Spooled>();
  readonly #took: (bytes: number) => void;
  /** What a request has begun, so that it is removed where the answer that names it cannot be given. */
  readonly #begun = new WeakMap<object, string>();

  /** `folder`: of this run of the program alone. */
  constructor(folder: string, durable: Durable, clock: Clock, took: (bytes: number) => void) {
    this.#folder = folder;
    this.#durable = durable;
    this.#clock = clock;
    this.#took = took;
    // What is known of uploads is known to this run only: an intake of uploads does not outlive it either.
    const datastore = new FileStore({ directory: folder, configstore: new MemoryConfigstore() });
    datastore.extensions.push('checksum');
    this.#server = new Server({
      path: '/dta/uploads',
      datastore,
      namingFunction: () => clock.uuid(),
      generateUrl: (request, { id }) => `${new URL(request.url).pathname.replace(/\/$/, '')}/${id}`,
      onUploadCreate: async (request, upload) => {
        await this.#admit(upload.id, upload.metadata ?? {});
        this.#begun.set(request, upload.id);
        return {};
      },
      onUploadFinish: async (_request, upload) => {
        await this.#arrived(upload.id, upload.size ?? 0, upload.metadata ?? {});
        return {};
      },
    });
  }

  /** An intake takes uploads from now on. */
  open(id: string, reception: Reception): void {
    this.#receptions.set(id, reception);
  }

  /** An intake takes no uploads any more; what was not staged is removed. */
  async close(id: string): Promise<void> {
    const reception = this.#receptions.get(id);
    this.#receptions.delete(id);
    const closing = this.#removeOf(reception);
    this.#closing.set(id, closing);
    await closing.finally(() => this.#closing.delete(id));
  }

  async #removeOf(reception: Reception | undefined): Promise<void> {
    for (const item of [...this.#spooled.values()]) if (item.reception === reception) await this.remove(item.id);
  }

  /** Where the bytes of an upload lie. */
  place(id: string): string {
    return join(this.#folder, id);
  }

  /** A complete upload that was sent to be checked. UPLOAD_UNKNOWN where there is none. */
  forVerification(id: string): Complete {
    return this.#complete(id, 'verify', 'There is no such upload; one that was checked is removed.');
  }

  /** A complete upload that was sent to become a raw drop, or a part of one. */
  forRaw(id: string): Complete {
    return this.#complete(id, 'raw', 'There is no such upload; one that was entered is removed.');
  }

  #complete(id: string, purpose: Spooled['purpose'], unknown: string): Complete {
    const item = this.#spooled.get(id);
    if (item === undefined || item.purpose !== purpose) throw new DoorError('UPLOAD_UNKNOWN', unknown, { kept: 'Nothing was changed.', next: 'Send the file again.' });
    if (!item.isComplete) throw new DoorError('UPLOAD_REFUSED', 'The upload is not complete.', { kept: 'What was received of it is kept.', next: 'Send the rest of it first.', facts: { upload: id } });
    item.active = this.#clock.monotonic();
    return { name: item.path.slice(item.path.lastIndexOf('/') + 1), place: this.place(id), remove: () => this.remove(id) };
  }

  async remove(id: string): Promise<void> {
    if (!this.#spooled.delete(id)) return;
    await this.#server.datastore.remove(id).catch(() => undefined);
  }

  /** Removes what nobody went on with for a day, complete or not. Those of an intake stay as long as it does. */
  async removeIdle(): Promise<void> {
    const now = this.#clock.monotonic();
    for (const item of [...this.#spooled.values()]) if (item.reception === null && now - item.active >= IDLE_MS) await this.remove(item.id);
  }

  /** Answers a request of the tus protocol. Failures go out as problems with the status that tus gives them. */
  async handle(request: Request, signal: AbortSignal, caller: Caller | null = null): Promise<Response> {
    if (caller !== null && request.method === 'POST' && !isForRaw(request.headers)) throw new DoorError('SCOPE_MISSING', 'A token of another program may upload raw drops only.', { kept: 'Nothing was changed.', next: 'Say so in the metadata of the upload: purpose raw.' });
    const length = Number(request.headers.get('content-length') ?? 0);
    if (length > MOST_CHUNK_BYTES) throw tooLong();
    checkContentType(request);
    await checkRoom(request, this.#folder);
    await this.removeIdle();
    const id = request.headers.get('x-request-id');
    const named = new URL(request.url).pathname.split('/').at(-1) ?? '';
    this.#touch(named);
    const init = { method: request.method, headers: request.headers, signal };
    let isTooLong = false;
    const metered = request.body?.pipeThrough(this.#metered(named, () => (isTooLong = true))) ?? null;
    const checked = await checkedBody(request.headers, metered);
    if (checked?.isWrong === true) return problemResponse({ ...problemOf(wrongSum(), id), status: 460 }, { 'tus-resumable': '1.0.0' });
    const body = checked?.bytes ?? metered;
    const bodied = body === null ? new Request(request.url, init) : new Request(request.url, { ...init, body, duplex: 'half' } as RequestInit);
    const response = await this.#server.handleWeb(bodied as Parameters<Server['handleWeb']>[0]);
    if (isTooLong) throw tooLong();
    if (request.method === 'DELETE' && response.ok) this.#terminated(named);
    if (response.status < 400) {
      const headers = tusHeaders(response.headers as Headers);
      const expires = this.#touch(this.#begun.get(bodied) ?? named);
      if (expires !== null) headers.set('upload-expires', new Date(expires).toUTCString());
      if (request.method === 'OPTIONS') headers.set('tus-checksum-algorithm', CHECKSUM_ALGORITHMS.join(','));
      return new Response(response.body as ReadableStream<Uint8Array> | null, { status: response.status, headers });
    }
    // Looked at before room is made.
    const full = response.status >= 500 && (await isFull(this.#folder));
    const begun = this.#begun.get(bodied);
    if (begun !== undefined) await this.#takeBack(begun);
    const words = (await response.text()).trim();
    if (full) throw new HmsError('NO_SPACE', 'The disk of the profile folder is full, so the file could not be received.', { kept: 'What was received before is kept until the intake ends.', next: 'Make room on that disk, then send the rest.' });
    const code = response.status === 404 || response.status === 410 ? 'UPLOAD_UNKNOWN' : 'UPLOAD_REFUSED';
    const kept = this.#spooled.get(named)?.reception === null ? 'What was received before is kept for a day after the last of it came.' : 'What was received before is kept until the intake ends.';
    const problem = problemOf(new DoorError(code, refusalWords(words), { kept, facts: { tus: words.slice(0, 500) } }), id);
    return problemResponse({ ...problem, status: response.status }, Object.fromEntries(tusHeaders(response.headers as Headers)));
  }

  /** Removes whatever is in the spool. */
  async clear(): Promise<void> {
    await this.#durable.removeTree(this.#folder);
    await this.#durable.makeFolder(this.#folder);
  }

  async #admit(id: string, metadata: Readonly<Record<string, string | null>>): Promise<void> {
    const name = uploadPath(metadata['path'] ?? '');
    if ('refused' in name) throw refusal(name.refused);
    if (metadata['purpose'] === 'verify') {
      this.#spooled.set(id, { id, path: name.path, reception: null, purpose: 'verify', isComplete: false, active: this.#clock.monotonic() });
      return;
    }
    if (metadata['purpose'] === 'raw') {
      this.#spooled.set(id, { id, path: name.path, reception: null, purpose: 'raw', isComplete: false, active: this.#clock.monotonic() });
      return;
    }
    const reception = this.#receptions.get(metadata['intake'] ?? '');
    if (reception === undefined) {
      await this.#closing.get(metadata['intake'] ?? '');
      throw refusal('The intake that this file was sent for has ended or never began.');
    }
    if (reception.isFinished) throw refusal('The intake that this file was sent for takes no more: it was said that all was sent.');
    this.#spooled.set(id, { id, path: name.path, reception, purpose: 'intake', isComplete: false, active: this.#clock.monotonic() });
    reception.began(id, name.path);
  }

  /** What comes after the end of its intake is refused, so that nobody takes it for kept. */
  async #arrived(id: string, size: number, metadata: Readonly<Record<string, string | null>>): Promise<void> {
    const item = this.#spooled.get(id);
    const mtime = Number(metadata['mtime'] ?? '');
    const isTime = (metadata['mtime'] ?? '') !== '' && Number.isSafeInteger(mtime) && Math.abs(mtime) <= 8.64e15;
    if (item === undefined || item.reception?.arrived({ id, path: item.path, size, mtime: isTime ? mtime : null }) === false) {
      this.#spooled.delete(id);
      await this.#server.datastore.remove(id).catch(() => undefined);
      await this.#closing.get(metadata['intake'] ?? '');
      throw refusal('The intake that this file was sent for ended before the file was complete, so it was not taken.');
    }
    item.isComplete = true;
  }

  /** Somebody does something with it: when it will be removed, ms since 1970; null where it is none, or of an intake. */
  #touch(id: string): number | null {
    const item = this.#spooled.get(id);
    if (item === undefined) return null;
    item.active = this.#clock.monotonic();
    return item.reception === null ? this.#clock.now() + IDLE_MS : null;
  }

  /** Nobody knows the address of what was begun by a request that failed. */
  async #takeBack(id: string): Promise<void> {
    this.#spooled.get(id)?.reception?.terminated(id);
    await this.remove(id);
  }

  #terminated(id: string): void {
    const item = this.#spooled.get(id);
    this.#spooled.delete(id);
    item?.reception?.terminated(id);
  }

  /** Counts what comes in, and stops a chunk that says no length and does not end. */
  #metered(id: string, onTooLong: () => void): TransformStream<Uint8Array, Uint8Array> {
    let bytes = 0;
    return new TransformStream({
      transform: (piece, controller) => {
        bytes += piece.length;
        if (bytes > MOST_CHUNK_BYTES) {
          onTooLong();
          throw tooLong();
        }
        this.#took(piece.length);
        this.#touch(id);
        controller.enqueue(piece);
      },
    });
  }
}

/** As its metadata says: pairs of a name and a base64 value (tus 1.0.0, creation). */
function isForRaw(headers: Headers): boolean {
  const purposes = (headers.get('upload-metadata') ?? '').split(',').map((pair) => pair.trim().split(' ')).filter(([name]) => name === 'purpose');
  return purposes.length === 1 && Buffer.from(purposes[0]?.[1] ?? '', 'base64').toString('utf8') === 'raw';
}

function wrongSum(): DoorError {
  return new DoorError('UPLOAD_REFUSED', 'The bytes that arrived are not those of the header Upload-Checksum.', { kept: 'Nothing of this chunk was kept; what was received before is.', next: 'Send the chunk again.' });
}

function tooLong(): DoorError {
  return new DoorError('REQUEST_TOO_LARGE', 'A chunk of an upload has at most 8 MiB.', { kept: 'What was received before is kept.', next: 'Send smaller chunks.', facts: { most: MOST_CHUNK_BYTES } });
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < FULL_BYTES;
}

function refusal(words: string): Error & TusError {
  return Object.assign(new Error(words), { status_code: 409, body: words });
}

function refusalWords(words: string): string {
  return /[.!?]$/.test(words) ? words : `The upload was refused: ${words === '' ? 'no reason was given' : words}.`;
}

/** Those of the protocol; who may ask from where is the host's business. */
function tusHeaders(headers: Headers): Headers {
  const own = new Headers(headers);
  for (const name of [...own.keys()]) if (name.startsWith('access-control-')) own.delete(name);
  own.set('cache-control', 'no-store');
  return own;
}
