import { describe, expect, it } from 'vitest';
import { previewOf } from '../../../src/renderer/features/datasets/preview-text.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the first lines of a file', () => {
  it('are its text, marks of HTML and all', () => {
    expect(previewOf(utf8('<b>a</b>\tb\r\n'), 12)).toEqual({ kind: 'text', text: '<b>a</b>\tb\r\n', whole: true });
  });

  it('leave out a character that was cut', () => {
    expect(previewOf(utf8('aé').subarray(0, 2), 3)).toEqual({ kind: 'text', text: 'a', whole: false });
  });

  it('of an empty file are none', () => {
    expect(previewOf(new Uint8Array(), 0)).toEqual({ kind: 'empty' });
  });

  it('are not shown where they hold NUL', () => {
    expect(previewOf(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 6)).toEqual({ kind: 'binary' });
  });

  it('are read as Windows-1252 where they are no UTF-8', () => {
    expect(previewOf(Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 4)).toEqual({ kind: 'text', text: 'café', whole: true });
  });

  it('are read as UTF-16 where they have its mark', () => {
    expect(previewOf(Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x62, 0), 6)).toEqual({ kind: 'text', text: 'ab', whole: true });
    expect(previewOf(Uint8Array.of(0xfe, 0xff, 0, 0x61, 0), 90)).toEqual({ kind: 'text', text: 'a', whole: false });
  });
});
