import { describe, expect, it } from 'vitest';
import { sniff } from '../../../../src/engine/raw/index.ts';

const text = (words: string): Uint8Array => Buffer.from(words);

describe('the media type of a raw drop is told by its first bytes', () => {
  it.each([
    ['nothing', text(''), 'application/x-empty'],
    ['a table with commas', text('model,fail\nModel-Z,1\n'), 'text/csv'],
    ['a table with commas in quotes', text('model,note\n"Z","a, b, c"\n'), 'text/csv'],
    ['a table with semicolons and a byte order mark', text('\ufeffa;b\r\n1;2\r\n'), 'text/csv'],
    ['a table with tabs', text('a\tb\n1\t2\n'), 'text/tab-separated-values'],
    ['prose', text('Dear Sir, the belt failed.\nIt broke, twice, in May.\n'), 'text/plain'],
    ['one JSON document', text(' {"a": [1, 2]}\n'), 'application/json'],
    ['a JSON document a line', text('{"a":1}\n{"a":2}\n'), 'application/x-ndjson'],
    ['XML', text('<?xml version="1.0"?><a/>'), 'application/xml'],
    ['a page', text('<!DOCTYPE html><p>'), 'text/html'],
    ['Parquet', Buffer.from('PAR1\0\0'), 'application/vnd.apache.parquet'],
    ['gzip', Buffer.from('1f8b0800', 'hex'), 'application/gzip'],
    ['a zip file', Buffer.from('504b030414', 'hex'), 'application/zip'],
    ['UTF-16', Buffer.from('\ufeffa,b', 'utf16le'), 'text/plain; charset=utf-16'],
    ['bytes that are no text', Buffer.from('00ff10', 'hex'), 'application/octet-stream'],
    ['text with a NUL', text('a,b\n1,\0\n'), 'application/octet-stream'],
  ])('%s', (_, bytes, media) => expect(sniff(bytes, true)).toBe(media));

  it('a character that the end of the look cut in two is no reason to call it binary, nor is a last line that was cut', () => {
    const bytes = text('a,b\n1,2\n3,é');
    expect(sniff(bytes.subarray(0, -1), false)).toBe('text/csv');
    expect(sniff(bytes.subarray(0, -1), true)).toBe('application/octet-stream');
    expect(sniff(text('a,b\n1,2\n3'), false)).toBe('text/csv');
  });
});
