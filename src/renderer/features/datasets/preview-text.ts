/** The beginning of a file as text, or that it is none. */
export type Preview = { readonly kind: 'text'; readonly text: string; readonly whole: boolean } | { readonly kind: 'empty' } | { readonly kind: 'binary' };

/**
 * What can be shown of the first bytes of a file of `size` bytes. UTF-8, or UTF-16 with its mark; other bytes are shown as text where they are Windows-1252 text
 * without control characters. A character that was cut at the end is left out.
 */
export function previewOf(bytes: Uint8Array, size: number): Preview {
  if (size === 0) return { kind: 'empty' };
  const whole = bytes.byteLength >= size;
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (wide !== null) return textOf(new TextDecoder(wide).decode(bytes.subarray(0, bytes.byteLength - (bytes.byteLength % 2))), whole);
  try {
    // `stream` keeps back what may be the first half of a character.
    return textOf(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole }), whole);
  } catch {
    return textOf(new TextDecoder('windows-1252').decode(bytes), whole);
  }
}

// Tab, LF, FF and CR are text.
const control = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/;

function textOf(text: string, whole: boolean): Preview {
  return control.test(text) ? { kind: 'binary' } : { kind: 'text', text, whole };
}
