import type { Host } from '../host/index.ts';

/** Files to the door by tus 1.0.0: creation-with-upload for the first chunk, PATCH for the others. */

/** The door takes chunks of at most this many bytes. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** First pause before a lost request is sent again, and the longest one, ms. */
const PAUSE_MS = { first: 500, longest: 10_000 } as const;

/** The browser does not give the bytes of a file: it was changed, moved or locked since it was chosen. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
}

/** The door refused the file; nothing of it was taken. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
}

export interface Upload {
  readonly file: File;
  /** tus metadata: `intake` or `purpose`, `path`, `mtime`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Bytes that have arrived since it was called last. */
  sent?(bytes: number): void;
  /** True while nobody answers; what was sent is kept, and the rest follows when somebody does. */
  waiting?(now: boolean): void;
}

/**
 * Sends one file and resolves to the upload's id. Rejects with `FileUnreadable`, `UploadRefused`, or the signal's reason; a lost connection is waited out, and
 * the file goes on from where the door has it.
 */
export async function sendFile(host: Host, { file, metadata, signal, sent, waiting }: Upload): Promise<string> {
  const address = `${host.base}/dta/uploads`;
  const first = file.slice(0, Math.min(CHUNK_BYTES, file.size));
  const created = await patient(host, file, signal, waiting, () =>
    host.fetch(
      new Request(address, {
        method: 'POST',
        signal,
        body: first,
        headers: { 'tus-resumable': '1.0.0', 'upload-length': String(file.size), 'upload-metadata': metadataOf(metadata), 'content-type': 'application/offset+octet-stream' },
      }),
    ),
  );
  if (!created.ok) throw new UploadRefused(await wordsOf(created));
  const id = created.headers.get('location')?.split('/').at(-1) ?? '';
  let offset = Number(created.headers.get('upload-offset') ?? first.size);
  sent?.(offset);
  while (offset < file.size) {
    const from = offset;
    const chunk = file.slice(from, from + CHUNK_BYTES);
    const answer = await patient(host, file, signal, waiting, async (again) => {
      // What was on its way when the connection broke may have arrived.
      const head = again ? await host.fetch(new Request(`${address}/${id}`, { method: 'HEAD', signal, headers: { 'tus-resumable': '1.0.0' } })) : null;
      if (head !== null && (!head.ok || Number(head.headers.get('upload-offset')) !== from)) return head;
      return host.fetch(new Request(`${address}/${id}`, { method: 'PATCH', signal, body: chunk, headers: { 'tus-resumable': '1.0.0', 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' } }));
    });
    if (!answer.ok) throw new UploadRefused(await wordsOf(answer));
    offset = Number(answer.headers.get('upload-offset') ?? from);
    if (offset <= from) throw new UploadRefused(`The door has ${offset} bytes of ${file.name} and takes no more.`);
    sent?.(offset - from);
  }
  return id;
}

/** Sends a request until somebody answers it. A file that can no longer be read fails as a lost connection does, so that is looked at first. */
async function patient(host: Host, file: File, signal: AbortSignal, waiting: Upload['waiting'], send: (again: boolean) => Promise<Response>): Promise<Response> {
  let pause: number = PAUSE_MS.first;
  for (let again = false; ; again = true) {
    try {
      const answer = await send(again);
      // Main starts an engine that was lost anew; the request was not looked at.
      if (answer.status !== 503) {
        if (again) waiting?.(false);
        // An answer whose body nobody reads keeps its connection, and a page has six of them.
        if (answer.ok) await answer.arrayBuffer();
        return answer;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TypeError)) throw error;
      await probe(file);
    }
    waiting?.(true);
    await host.clock.wait(pause, signal);
    pause = Math.min(pause * 2, PAUSE_MS.longest);
  }
}

async function probe(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new FileUnreadable(`${file.name} was changed, moved or locked after it was chosen.`);
  }
}

/** `path L3Rt…,mtime MTc…`: values in base64 of their UTF-8 (tus 1.0.0, Upload-Metadata). */
export function metadataOf(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(',');
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** The sentence of the problem that the door told. */
async function wordsOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // Not the door's own answer; the status says the most.
  }
  return `The upload was answered ${response.status}.`;
}
