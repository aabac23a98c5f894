import { isUtf8 } from 'node:buffer';
import { sep } from 'node:path';

/** Where a content path is on disk. Not by join(), which would be a third of all the memory that an intake uses and throws away. */
export function contentFile(contentFolder: string, content: string): string {
  return contentFolder + sep + (sep === '/' ? content : content.replaceAll('/', sep));
}

/** A file name as the disk holds it, in text; null where its bytes are not UTF-8. Exact: nothing is normalized, a leading U+FEFF stays. */
export function decodeName(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/** Bytes that are not UTF-8, readable: ASCII as it is, `\` doubled, every other byte as `\xNN`. */
export function escapedBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    if (byte === 0x5c) return '\\\\';
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/**
 * A name as it may stand in a sentence: control characters and those that turn the direction of writing are shown as `\u{N}`, because a
 * file's name must not be able to move a terminal's cursor or to look like another name.
 */
export function shown(name: string): string {
  return name.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
