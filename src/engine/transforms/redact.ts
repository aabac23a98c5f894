import { isUtf8 } from 'node:buffer';
import { bytesIn, encodingOf, isWide, windowsCharacters } from './encoding.ts';
import { FileRefusal } from './refusal.ts';
import type { Sink } from './sink.ts';
import { SourceReader, startOf } from './source-reader.ts';
import type { ReadWatch, StoredSource } from './source-reader.ts';
import type { RedactTextSpec, TextEncoding } from './types.ts';

const BUFFER_BYTES = 4 << 20;
const MAX_LINE_BYTES = 64 << 20;
const LF = 10;

export interface RedactWish {
  readonly find: RedactTextSpec['find'];
  readonly mark: string;
}

/** Writes the file with the mark in place of everything that is found; all other bytes as they are. Answers how often. Throws FileRefusal where it is no text. */
export function redactFile(source: StoredSource, wish: RedactWish, watch: ReadWatch, sink: Sink): number {
  const { encoding: marked } = encodingOf(startOf(source.stored, 4), undefined);
  const encoding = 'text' in wish.find ? bytewiseEncoding(source, wish.find.text + wish.mark, marked, watch) : marked;
  const reader = new SourceReader(source, watch);
  try {
    const count = 'text' in wish.find ? redactText(source, reader, wish.find.text, wish.mark, encoding, sink) : redactPattern(source, reader, wish.find, wish.mark, encoding, sink);
    reader.finish();
    return count;
  } finally {
    reader.close();
  }
}

interface Needle {
  readonly bytes: Buffer;
  readonly mark: Uint8Array;
}

/** A text is looked for as bytes, so that it may go over line ends; and in both normal forms of Unicode, because a name that was typed looks the same in both. */
function needlesOf(source: StoredSource, text: string, mark: string, encoding: TextEncoding): Needle[] {
  const marked = encodeLine(mark, encoding, source);
  const needles = new Map<string, Needle>();
  for (const form of [text, text.normalize('NFC'), text.normalize('NFD')]) {
    const bytes = Buffer.from(bytesIn(form, encoding) ?? []);
    if (bytes.length > 0) needles.set(bytes.toString('latin1'), { bytes, mark: marked });
  }
  return [...needles.values()];
}

/** In a file that is not UTF-8 the letters beyond ASCII are single bytes; in one that is, such a byte is part of other letters. */
function bytewiseEncoding(source: StoredSource, text: string, encoding: TextEncoding, watch: ReadWatch): TextEncoding {
  // ASCII is the same in both.
  if (encoding !== 'utf-8' || /^[\x01-\x7f]*$/.test(text)) return encoding;
  const reader = new SourceReader(source, { stopped: () => watch.stopped(), progressed: () => undefined });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const buffer = Buffer.allocUnsafe(1 << 20);
  try {
    for (let count = reader.read(buffer, 0); count > 0; count = reader.read(buffer, 0)) decoder.decode(buffer.subarray(0, count), { stream: true });
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252';
    throw error;
  } finally {
    reader.close();
  }
}

function redactText(source: StoredSource, reader: SourceReader, text: string, mark: string, encoding: TextEncoding, sink: Sink): number {
  const needles = needlesOf(source, text, mark, encoding);
  const step = isWide(encoding) ? 2 : 1;
  const longest = Math.max(1, ...needles.map(({ bytes }) => bytes.length));
  const buffer = Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, longest * 4));
  let filled = 0;
  let count = 0;
  for (let ended = false; !ended; ) {
    const read = reader.read(buffer, filled);
    if (step === 1) refuseBinary(buffer.subarray(filled, filled + read), source);
    filled += read;
    ended = read === 0;
    // What could still be the beginning of a find stays for the next round, and whole units of UTF-16 with it.
    const safe = ended ? filled : Math.max(0, filled - longest - (filled % step));
    let at = 0;
    for (let found = firstOf(buffer.subarray(0, filled), needles, at, step); found !== null && found.at < safe; found = firstOf(buffer.subarray(0, filled), needles, at, step)) {
      sink.copy(buffer, at, found.at);
      sink.all(found.needle.mark);
      at = found.at + found.needle.bytes.length;
      count++;
    }
    const until = Math.max(at, safe);
    sink.copy(buffer, at, until);
    buffer.copyWithin(0, until, filled);
    filled -= until;
  }
  return count;
}

/** The first find from `from` on; of two at the same place the longer. */
function firstOf(buffer: Buffer, needles: readonly Needle[], from: number, step: number): { at: number; needle: Needle } | null {
  let best: { at: number; needle: Needle } | null = null;
  for (const needle of needles) {
    let at = buffer.indexOf(needle.bytes, from);
    while (at >= 0 && at % step !== 0) at = buffer.indexOf(needle.bytes, at + 1);
    if (at < 0) continue;
    if (best === null || at < best.at || (at === best.at && needle.bytes.length > best.needle.bytes.length)) best = { at, needle };
  }
  return best;
}

function redactPattern(source: StoredSource, reader: SourceReader, find: { readonly pattern: string; readonly ignoreCase?: boolean }, mark: string, encoding: TextEncoding, sink: Sink): number {
  const pattern = new RegExp(find.pattern, find.ignoreCase === true ? 'giu' : 'gu');
  const lines = new LineReader(source, reader, encoding);
  const windows = windowsCharacters();
  let count = 0;
  for (let line = lines.next(); line !== null; line = lines.next()) {
    const isWindows = encoding === 'utf-8' && !isUtf8(line);
    const text = isWindows ? Array.from(line, (byte) => windows[byte]).join('') : decode(line, encoding);
    let changed = '';
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      // What matches nothing in particular is everywhere and hides nothing.
      if (match[0] === '') continue;
      changed += text.slice(at, match.index) + mark;
      at = match.index + match[0].length;
      count++;
    }
    if (at === 0) sink.all(line);
    else sink.all(encodeLine(changed + text.slice(at), isWindows ? 'windows-1252' : encoding, source));
  }
  return count;
}

function decode(line: Uint8Array, encoding: TextEncoding): string {
  return encoding === 'utf-16be' ? Buffer.from(line).swap16().toString('utf16le') : Buffer.from(line.buffer, line.byteOffset, line.length).toString(encoding === 'utf-16le' ? 'utf16le' : 'utf8');
}

/** Half characters of UTF-16 stay what they are. */
function encodeLine(text: string, encoding: TextEncoding, source: StoredSource): Uint8Array {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const bytes = bytesIn(text, encoding);
  if (bytes === null) throw new FileRefusal('CONTENT_REFUSED', `The mark has characters that "${source.path}" cannot have, because that file is not UTF-8.`, 'Take a mark of plain letters: --mark "[REDACTED]"');
  return bytes;
}

/** Lines with their LF, as bytes; the byte order mark is part of the first. */
class LineReader {
  readonly #source: StoredSource;
  readonly #reader: SourceReader;
  readonly #wide: boolean;
  readonly #feed: Buffer;
  #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #at = 0;
  #filled = 0;
  #searched = 0;
  #ended = false;

  constructor(source: StoredSource, reader: SourceReader, encoding: TextEncoding) {
    this.#source = source;
    this.#reader = reader;
    this.#wide = isWide(encoding);
    this.#feed = encoding === 'utf-16le' ? Buffer.of(LF, 0) : encoding === 'utf-16be' ? Buffer.of(0, LF) : Buffer.of(LF);
  }

  next(): Uint8Array | null {
    for (;;) {
      const end = this.#lineEnd();
      if (end !== null) return this.#take(end);
      if (this.#ended) return this.#at === this.#filled ? null : this.#take(this.#filled);
      this.#fill();
    }
  }

  #lineEnd(): number | null {
    const view = this.#buffer.subarray(0, this.#filled);
    let found = view.indexOf(this.#feed, Math.max(this.#at, this.#searched));
    while (found >= 0 && this.#wide && (found - this.#at) % 2 !== 0) found = view.indexOf(this.#feed, found + 1);
    if (found >= 0) return found + this.#feed.length;
    this.#searched = Math.max(this.#at, this.#filled - 1);
    return null;
  }

  #take(end: number): Uint8Array {
    const line = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return line;
  }

  #fill(): void {
    this.#buffer.copyWithin(0, this.#at, this.#filled);
    this.#filled -= this.#at;
    this.#searched -= this.#at;
    this.#at = 0;
    if (this.#filled === this.#buffer.length) {
      if (this.#buffer.length >= MAX_LINE_BYTES) {
        throw new FileRefusal('CONTENT_REFUSED', `"${this.#source.path}" has a line of more than ${MAX_LINE_BYTES >> 20} MB, in which a pattern is not looked for.`, 'Look for a text instead of a pattern: --text TEXT');
      }
      const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    const count = this.#reader.read(this.#buffer, this.#filled);
    if (!this.#wide) refuseBinary(this.#buffer.subarray(this.#filled, this.#filled + count), this.#source);
    this.#filled += count;
    this.#ended = count === 0;
  }
}

/** Text has no NUL; what looks for text in anything else would hide less than it says. */
function refuseBinary(bytes: Uint8Array, source: StoredSource): void {
  if (bytes.includes(0)) throw new FileRefusal('CONTENT_REFUSED', `"${source.path}" is not a text file (it holds NUL bytes), so text in it cannot be found and hidden for certain.`, 'Leave it out: name the other files with --file');
}
