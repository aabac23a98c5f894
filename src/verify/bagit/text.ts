import type { BagSource } from './source.ts';

/** What encodings tag files are read in, by the name that bagit.txt gives. */
export interface Encoding {
  /** As it was declared. */
  readonly name: string;
  readonly kind: 'utf-8' | 'utf-16' | 'latin1' | 'other';
  /** Label for TextDecoder; unused for latin1. */
  readonly label: string;
}

export const utf8: Encoding = { name: 'UTF-8', kind: 'utf-8', label: 'utf-8' };

/** Null where the encoding is not known. */
export function encodingOf(name: string): Encoding | null {
  const plain = name.toLowerCase().replaceAll('_', '-');
  if (plain === 'utf-8' || plain === 'utf8' || plain === 'us-ascii' || plain === 'ascii') return { name, kind: 'utf-8', label: 'utf-8' };
  // TextDecoder takes the name ISO-8859-1 for windows-1252, which differs from it in 32 characters.
  if (['iso-8859-1', 'iso8859-1', 'latin1', 'latin-1'].includes(plain)) return { name, kind: 'latin1', label: '' };
  // RFC 2781: without a mark, UTF-16 has the larger byte first.
  if (plain === 'utf-16' || plain === 'utf16') return { name, kind: 'utf-16', label: 'utf-16be' };
  try {
    const { encoding } = new TextDecoder(plain);
    return { name, kind: encoding.startsWith('utf-16') ? 'utf-16' : 'other', label: encoding };
  } catch {
    return null;
  }
}

/** Text is made in small steps: longer texts stand outside of where the garbage collector looks often, and pile up. In bytes. */
const STEP = 32 * 1024;

/** What reading a text told besides its lines. */
export interface TextRead {
  /** Why it could not be read whole; null where it could. */
  readonly broken: string | null;
  /** It begins with a byte order mark. */
  readonly hasMark: boolean;
  /** Every byte is part of a character. */
  readonly isText: boolean;
  /** The last line has a line end, or there is no line. */
  readonly isEnded: boolean;
}

/** A line longer than this is handed over cut: nothing honest has one, and memory has an end. In UTF-16 code units. */
const MAX_LINE = 1024 * 1024;

/**
 * Hands over the lines of a tag file one by one, without their ends: LF, CR or CRLF, also mixed. RFC 8493 section 2.3.
 * @param take its number counts from 1
 */
export async function readLines(source: BagSource, file: number, encoding: Encoding, take: (line: string, number: number) => void): Promise<TextRead> {
  const splitter = new LineSplitter(take);
  let decoder: TextDecode | null = null;
  let broken: string | null = null;
  let hasMark = false;
  try {
    for await (const piece of source.pieces(file)) {
      if (decoder === null) ({ decoder, hasMark } = openDecoder(piece, encoding));
      for (let at = 0; at < piece.length; at += STEP) splitter.feed(decoder(piece.subarray(at, at + STEP), true));
    }
    if (decoder !== null) splitter.feed(decoder(new Uint8Array(0), false));
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    broken = error.message;
  }
  const isEnded = splitter.end();
  // U+FFFD may stand in the text as itself, so that alone is no proof of wrong bytes.
  const isText = broken !== null || !splitter.sawReplacement || (await isTextIn(source, file, encoding));
  return { broken, hasMark, isText, isEnded };
}

/** A file of a bag that cannot be read to its end; the message is a part of a sentence. */
export class BrokenFile extends Error {}

type TextDecode = (bytes: Uint8Array, isMore: boolean) => string;

function openDecoder(start: Uint8Array, encoding: Encoding): { decoder: TextDecode; hasMark: boolean } {
  const [first = 0, second = 0, third = 0] = start;
  const mark = first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : first === 0xfe && second === 0xff ? 'utf-16be' : first === 0xff && second === 0xfe ? 'utf-16le' : null;
  if (encoding.kind === 'latin1') return { decoder: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), hasMark: mark === 'utf-8' };
  const hasMark = mark !== null && mark.startsWith(encoding.kind);
  const decoder = new TextDecoder(hasMark ? mark : encoding.label, { ignoreBOM: false });
  return { decoder: (bytes, isMore) => decoder.decode(bytes, { stream: isMore }), hasMark };
}

async function isTextIn(source: BagSource, file: number, encoding: Encoding): Promise<boolean> {
  if (encoding.kind === 'latin1') return true;
  const decoder = new TextDecoder(encoding.label, { fatal: true });
  try {
    for await (const piece of source.pieces(file)) decoder.decode(piece, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof BrokenFile) return true;
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Cuts text that comes in pieces into lines. */
export class LineSplitter {
  sawReplacement = false;
  readonly #take: (line: string, number: number) => void;
  #rest = '';
  #afterCr = false;
  #count = 0;
  #isCut = false;

  constructor(take: (line: string, number: number) => void) {
    this.#take = take;
  }

  feed(piece: string): void {
    if (piece === '') return;
    this.sawReplacement ||= piece.includes('\uFFFD');
    // The LF of a CRLF may come with the next piece.
    let text = this.#afterCr && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#afterCr = text === '' ? false : text.endsWith('\r');
    text = this.#rest + text;
    const lines = text.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#tell(line);
    if (this.#rest.length > MAX_LINE) {
      this.#rest = this.#rest.slice(0, MAX_LINE);
      this.#isCut = true;
    }
  }

  /** After the last piece: hands over a line that has no end, and answers whether there was none. */
  end(): boolean {
    const isEnded = this.#rest === '';
    if (!isEnded) this.#tell(this.#rest);
    this.#rest = '';
    return isEnded;
  }

  #tell(line: string): void {
    this.#count += 1;
    // The rest of a cut line must not seem to be a line of its own making: it is marked by a character that no line may hold.
    this.#take(this.#isCut ? `${line.slice(0, MAX_LINE)}\0` : line, this.#count);
    this.#isCut = false;
  }
}
