import type { TextEncoding } from './types.ts';

/** Texts as their bytes lie in a file. Files are cut up between bytes and not decoded, so that what is kept of them is kept as it is. */

/** Bytes, or the 16-bit units of UTF-16 in the order of this machine, whichever order the file has: `unitOf` gives a character as it looks there. */
export type Units = Uint8Array | Uint16Array;

export interface FileEncoding {
  readonly encoding: TextEncoding;
  /** Bytes of the byte order mark, which is not part of the text. */
  readonly mark: number;
}

/** By the byte order mark; without one, what was told, else UTF-8. */
export function encodingOf(start: Uint8Array, told: TextEncoding | undefined): FileEncoding {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return { encoding: 'utf-8', mark: 3 };
  if (start[0] === 0xff && start[1] === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (start[0] === 0xfe && start[1] === 0xff) return { encoding: 'utf-16be', mark: 2 };
  return { encoding: told ?? 'utf-8', mark: 0 };
}

export function isWide(encoding: TextEncoding): boolean {
  return encoding === 'utf-16le' || encoding === 'utf-16be';
}

/** An ASCII character as one unit of such a file. All machines that Node runs on are little-endian. */
export function unitOf(character: number, encoding: TextEncoding): number {
  return encoding === 'utf-16be' ? character << 8 : character;
}

/** Decodes bytes that were cut out between characters. Bytes of an 8-bit text that are not UTF-8 are read as windows-1252, which every byte is. */
export function textOf(bytes: Uint8Array, encoding: TextEncoding): string {
  if (encoding !== 'utf-8') return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252', { ignoreBOM: true }).decode(bytes);
  }
}

/** The characters of windows-1252 by byte, and back (WHATWG: each byte has one). */
export function windowsCharacters(): string {
  return new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
}

/** The bytes of a text in an encoding; null where it has a character that the encoding does not have. */
export function bytesIn(text: string, encoding: TextEncoding): Uint8Array | null {
  if (!text.isWellFormed()) return null;
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
    case 'windows-1252': {
      const characters = windowsCharacters();
      const bytes = Array.from(text, (character) => characters.indexOf(character));
      return bytes.includes(-1) ? null : Uint8Array.from(bytes);
    }
  }
}
