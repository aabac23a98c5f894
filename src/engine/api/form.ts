import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { BusboyFileStream, BusboyHeaders, BusboyInstance } from '@fastify/busboy';
import { DoorError } from '../../contract/api/index.ts';

/** A form with files (RFC 7578), read as it comes: no file is ever held. docs/adr/0014-forms-by-busboy.md */

export interface FormLimits {
  /** Of the whole body. */
  readonly bytes: number;
  readonly files: number;
}

export interface Form<F> {
  readonly fields: Readonly<Record<string, string>>;
  /** What `take` has made of each file, in their order. */
  readonly files: readonly F[];
}

const MOST_FIELDS = 20;
const MOST_FIELD_BYTES = 1_024;
const MOST_HEADERS = 50;
/** Of the boundary and the headers of parts, beside the files. */
const AROUND = 64 * 1024;

/**
 * Reads a form; the bytes of each file of the field `field` are given to `take`, which reads them to their end. Rejects after all that was begun has ended: where anything fails,
 * `undo` is given what was made until then. Throws MEDIA_REFUSED, REQUEST_TOO_LARGE, REQUEST_UNREADABLE, REQUEST_INVALID, and what `take` throws.
 */
export async function readForm<F>(
  { headers, stream, signal }: { readonly headers: Headers; readonly stream: ReadableStream<Uint8Array> | null; readonly signal: AbortSignal },
  field: string,
  limits: FormLimits,
  take: (name: string, content: AsyncIterable<Uint8Array>) => Promise<F>,
  undo: (made: F) => Promise<void>,
): Promise<Form<F>> {
  const type = headers.get('content-type') ?? '';
  if (/^multipart\/form-data\s*(?:;|$)/i.test(type) && !/boundary=./i.test(type)) throw new DoorError('MEDIA_REFUSED', 'The content type multipart/form-data says no boundary, so the parts of the form cannot be told apart.', { kept: 'Nothing was kept.', next: 'Let the library that makes the form write this header. With curl: -F program_id=12 -F file=@FILE' });
  if (!/^multipart\/form-data\s*;.*boundary=/i.test(type)) throw new DoorError('MEDIA_REFUSED', type === '' ? 'The request says no content type; this route takes multipart/form-data.' : `This route takes multipart/form-data, not ${type.slice(0, 100)}.`, { kept: 'Nothing was kept.', next: 'With curl: -F program_id=12 -F file=@FILE' });
  if (Number(headers.get('content-length') ?? 0) > limits.bytes + AROUND) throw tooLarge(limits);
  const reader = new FormReader(type, field, limits, take);
  const body = Readable.fromWeb((stream ?? new Blob([]).stream()) as Parameters<typeof Readable.fromWeb>[0]);
  let failure: { readonly error: unknown } | null = null;
  try {
    await pipeline(body, metered(limits), reader.parser, { signal });
  } catch (error) {
    failure = { error: signal.aborted ? error : unreadable(error) };
  }
  const { made, error } = await reader.end(failure?.error ?? null);
  // A file that is read as it comes may tell before the parser does that the form broke off.
  const first = (error === null || signal.aborted ? error : unreadable(error)) ?? failure?.error ?? reader.misfit;
  if (first === null) return { fields: reader.fields, files: made };
  for (const one of made) await undo(one);
  throw first instanceof Error ? first : new Error('The form broke off.', { cause: first });
}

class FormReader<F> {
  readonly fields: Record<string, string> = {};
  readonly parser: BusboyInstance;
  misfit: DoorError | null = null;
  readonly #streams: BusboyFileStream[] = [];
  readonly #making: Promise<F>[] = [];

  constructor(type: string, field: string, limits: FormLimits, take: (name: string, content: AsyncIterable<Uint8Array>) => Promise<F>) {
    const parser = new Busboy({
      headers: { 'content-type': type } as BusboyHeaders,
      preservePath: true,
      limits: { fields: MOST_FIELDS, fieldSize: MOST_FIELD_BYTES, files: limits.files, headerPairs: MOST_HEADERS },
    });
    this.parser = parser;
    parser.on('field', (name, value, isNameCut, isCut) => {
      if (isNameCut || isCut) this.#refuse(`"${name.slice(0, 50)}" is too long.`);
      else if (name === field) this.#refuse(`"${field}" is no file: it has no file name.`);
      else if (Object.hasOwn(this.fields, name)) this.#refuse(`"${name}" stands in the form twice.`);
      else Object.defineProperty(this.fields, name, { value, enumerable: true });
    });
    parser.on('file', (name, stream, fileName: string | undefined) => {
      if (name !== field || (fileName ?? '') === '' || this.misfit !== null) {
        if (name !== field) this.#refuse(`The form has a file in "${name.slice(0, 50)}"; files stand in "${field}".`);
        else this.#refuse('A file of the form has no name.');
        stream.resume();
        return;
      }
      // One that breaks off before it is read is told by the parser.
      stream.on('error', () => undefined);
      this.#streams.push(stream);
      const making = take(fileName ?? '', stream);
      // A file that cannot be kept is read no further, and the rest of the form not at all.
      making.catch((error: unknown) => parser.destroy(error as Error));
      this.#making.push(making);
    });
    parser.on('filesLimit', () => this.#refuse(`A form has at most ${limits.files.toLocaleString('en-US')} files.`));
    parser.on('fieldsLimit', () => this.#refuse(`A form has at most ${MOST_FIELDS} fields.`));
  }

  /** Waits for what was begun; where `failure` says that the form broke off, what is still read breaks off too. The error is the first that making a file ended with by itself. */
  async end(failure: unknown): Promise<{ readonly made: readonly F[]; readonly error: unknown }> {
    if (failure !== null) for (const stream of this.#streams) stream.destroy(failure as Error);
    const ends = await Promise.allSettled(this.#making);
    const made = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const failed = ends.find((end) => end.status === 'rejected' && end.reason !== failure);
    return { made, error: failed?.status === 'rejected' ? (failed.reason as unknown) : null };
  }

  #refuse(words: string): void {
    this.misfit ??= new DoorError('REQUEST_INVALID', `The request does not fit: ${words}`, { kept: 'Nothing was kept.', next: 'See /openapi.json for what it takes.' });
  }
}

function metered(limits: FormLimits): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (source) {
    let bytes = 0;
    for await (const piece of source) {
      bytes += piece.length;
      if (bytes > limits.bytes + AROUND) throw tooLarge(limits);
      yield piece;
    }
  };
}

function tooLarge({ bytes }: FormLimits): DoorError {
  return new DoorError('REQUEST_TOO_LARGE', `One post has at most ${bytes.toLocaleString('en-US')} bytes.`, { kept: 'Nothing was kept.', next: 'Upload larger files in parts by tus to /dta/uploads, then enter them with POST /dta/raw/uploads.', facts: { most: bytes } });
}

/** What the parser finds wrong is told; what breaks off, and what this program says itself, stays as it is. */
function unreadable(error: unknown): unknown {
  if (error instanceof Error && /multipart|boundary|header|Malformed|end of/i.test(error.message) && !('code' in error)) {
    return new DoorError('REQUEST_UNREADABLE', 'The form breaks off or is not written as multipart/form-data asks.', { kept: 'Nothing was kept.', next: 'Send it again.' });
  }
  return error;
}
