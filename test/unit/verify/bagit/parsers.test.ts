import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifestLine } from '../../../../src/verify/bagit/manifest-line.ts';
import { decodedPath, tidyPath, unsafePath } from '../../../../src/verify/bagit/paths.ts';
import { LineSplitter } from '../../../../src/verify/bagit/text.ts';
import { TextIndex } from '../../../../src/verify/bagit/text-index.ts';
import { checkHere } from '../../../builders/verify/check.ts';
import { handBag, putBag } from '../../../builders/verify/hand-bag.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();

describe('any bytes', () => {
  it('in the place of a tag file give findings, never an exception', async () => {
    const folder = putBag(join(temp(), 'bag'), handBag({ algorithms: ['sha256', 'md5'] }));
    const junk = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: fc.constantFrom('a', '0', ' ', '\t', '\n', '\r', '%', '/', '.', '\\', '*', ':', '~', '\0', '\ufeff', 'ñ'), maxLength: 120 }).map((text) => Buffer.from(text)));
    const place = fc.constantFrom('bagit.txt', 'bag-info.txt', 'fetch.txt', 'manifest-md5.txt', 'tagmanifest-sha256.txt');
    await fc.assert(
      fc.asyncProperty(place, junk, async (name, bytes) => {
        writeFileSync(join(folder, name), bytes);
        const report = await checkHere(folder);
        expect(report.kind).toBe('bag');
      }),
      { numRuns: 150 },
    );
  });

  it('as a manifest line are an entry that can be written again, or not one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(null, 32, 64), (line, digits) => {
        const parsed = parseManifestLine(line, digits);
        if (parsed.kind !== 'entry') return;
        expect(parsed.checksum).toMatch(/^[0-9a-f]+$/);
        if (digits !== null) expect(parsed.checksum).toHaveLength(digits);
        expect(parsed.path).not.toBe('');
      }),
    );
  });
});

it('a checksum and a path come back as they were written, by any number of spaces and tabs', () => {
  const path = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/^[ \t*]|[\0\r\n]/.test(text));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.string({ unit: fc.constantFrom(' ', '\t'), minLength: 1, maxLength: 4 }), path, (digest, gap, name) => {
      const hex = Buffer.from(digest).toString('hex');
      expect(parseManifestLine(`${hex}${gap}${name}`, 32)).toEqual({ kind: 'entry', checksum: hex, path: name, isMd5sum: false, isIndented: false });
    }),
  );
});

it('percent codes of 1.0 come back, and nothing else is touched', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('%', '0', 'A', 'a', 'D', '2', '5', '\n', '\r', 'é', '/') }), (path) => {
      expect(decodedPath(path.replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0d'))).toBe(path);
    }),
  );
});

it('a safe path never leaves a folder, whatever is tidied and decoded', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '%2e', '%2E%2E', '%252e%252e', '\\', '..\\', 'C:', '~', '%2f', ' ');
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/')), (path) => {
      if (unsafePath(path) !== null) return;
      for (const form of [path, tidyPath(path), decodedPath(tidyPath(path))]) {
        expect(form.split(/[/\\]/)).not.toContain('..');
        expect(form.startsWith('/')).toBe(false);
      }
    }),
    { numRuns: 1000 },
  );
});

it('lines are the same however the text is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n', 'b'), maxLength: 8 })), (pieces) => {
      const whole: string[] = [];
      const cut: string[] = [];
      const one = new LineSplitter((line) => whole.push(line));
      const many = new LineSplitter((line) => cut.push(line));
      one.feed(pieces.join(''));
      for (const piece of pieces) many.feed(piece);
      expect(many.end()).toBe(one.end());
      expect(cut).toEqual(whole);
    }),
  );
});

it('an index finds every text by its number, also where many share a print', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 2000 }), (texts) => {
      const index = new TextIndex();
      for (const text of texts) index.add(text);
      for (const [i, text] of texts.entries()) expect(index.first(text, (at) => texts[at] === text)).toBe(i);
      expect(index.first('not there', (at) => texts[at] === 'not there')).toBe(texts.includes('not there') ? texts.indexOf('not there') : null);
    }),
    { numRuns: 20 },
  );
});
