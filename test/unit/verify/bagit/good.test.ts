import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHere, found } from '../../../builders/verify/check.ts';
import type { HandBagOptions } from '../../../builders/verify/hand-bag.ts';
import { handBag, putBag } from '../../../builders/verify/hand-bag.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();
const versions = ['0.93', '0.94', '0.95', '0.96', '0.97', '1.0'];

async function check(options: HandBagOptions): Promise<Awaited<ReturnType<typeof checkHere>>> {
  return checkHere(putBag(join(temp(), 'bag'), handBag(options)));
}

describe('a bag that is as its version wants it gives no finding', () => {
  it.each(versions)('BagIt %s', async (version) => {
    const report = await check({ version, info: ['Source-Organization: Records Office', 'Contact-Name: Maria Ortega'] });
    expect(report).toMatchObject({ kind: 'bag', clean: true, findings: [], checked: { files: 3, bytes: 14 } });
    expect(report.summary).toContain(`valid bag of BagIt ${version}`);
    expect(report.summary).toContain('nothing in it proves who made it');
  });

  it.each(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512256', 'sha3256'])('with %s', async (algorithm) => {
    expect((await check({ algorithms: [algorithm] })).findings).toEqual([]);
  });

  it('with several manifests, each file read once', async () => {
    const report = await check({ algorithms: ['md5', 'sha1', 'sha256', 'sha512'], tagAlgorithms: ['sha256'] });
    expect(report.findings).toEqual([]);
    expect(report.summary).toContain('by md5, sha1, sha256, sha512');
  });

  it.each(['\n', '\r\n', '\r'])('with the line end %j', async (lineEnd) => {
    expect((await check({ lineEnd, info: ['External-Description: long', '  and longer'] })).findings).toEqual([]);
  });

  it('without metadata, tag manifest or payload', async () => {
    expect((await check({ info: null, tagAlgorithms: [] })).findings).toEqual([]);
    expect((await check({ payload: {} })).findings).toEqual([]);
  });

  it.each(['ISO-8859-1', 'UTF-16', 'UTF-16BE', 'UTF-16LE'])('with tag files in %s, which is noted', async (encoding) => {
    for (const version of ['0.97', '1.0']) {
      const report = await check({ version, encoding, payload: { 'Größe.txt': 'x' }, info: ['Contact-Name: Zoë'] });
      expect(found(report)).toEqual(['BAGIT_ENCODING_OTHER bagit.txt']);
      expect(report.clean).toBe(true);
    }
  });

  it('with names that try the encoding of paths', async () => {
    const payload = { '100%.txt': 'a', 'a%0Ab': 'b', 'line\nfeed': 'c', 'back\rcarriage': 'd', 'two  spaces .txt': 'e', '%7Edir/~x': 'f', 'a%25b': 'g' };
    const report = await check({ payload });
    expect(found(report)).toEqual(['BAGIT_NAME_UNPORTABLE data/back\rcarriage', 'BAGIT_NAME_UNPORTABLE data/line\nfeed']);
  });

  it('with names of old versions, which are not decoded where they stand as they are', async () => {
    const payload = { '100%.txt': 'a', 'a%0Ab': 'b', '%7Edir/~x': 'c', '%test2.txt': 'd', 'a%25b': 'e' };
    expect((await check({ version: '0.97', payload })).findings).toEqual([]);
    // Some programs encoded line ends before the standard did.
    expect(found(await check({ version: '0.97', payload: { 'line\nfeed': 'c' }, listedAs: (path) => path.replace('\n', '%0a') }))).toEqual(['BAGIT_NAME_UNPORTABLE data/line\nfeed']);
  });

  it('with another bag in it, hidden files and other tag files', async () => {
    const payload = { 'inner/bagit.txt': 'BagIt-Version: 1.0\n', 'inner/data/x': '', '.hidden': '', '.keep': '' };
    expect((await check({ payload, tags: { 'dpn-tags/dpn-info.txt': 'x', 'notes.xml': '<a/>' } })).findings).toEqual([]);
  });

  it('property: any bag of any version, with any names that a file system takes', async () => {
    const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => text.normalize('NFC').toLowerCase().replaceAll(/[/\\\0\s:<>"|?*\u0000-\u001f\u007f]|[. ]$|^[.~]/gu, '_')).filter((text) => Buffer.byteLength(text) < 100 && !text.includes('\ufffd'));
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `f-${parts.join('/d-')}`);
    const options = fc.record({
      version: fc.constantFrom(...versions),
      algorithms: fc.uniqueArray(fc.constantFrom('md5', 'sha1', 'sha256', 'sha512'), { minLength: 1 }),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      payload: fc.dictionary(path, fc.string({ maxLength: 50 }), { maxKeys: 8 }).map((files) => Object.fromEntries(Object.entries(files).map(([name, text], i) => [`${String(i)}/${name}`, text]))),
    });
    await fc.assert(
      fc.asyncProperty(options, async (one) => {
        expect(found(await check(one))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('bags that other programs write', () => {
  it('manifests made by sha256sum and md5sum, which are marked as such only where they write "*"', async () => {
    const folder = putBag(join(temp(), 'bag'), handBag({ tagAlgorithms: [], algorithms: [] }));
    const run = (command: string): void => {
      execFileSync('sh', ['-c', command], { cwd: folder });
    };
    run('find data -type f | xargs sha256sum > manifest-sha256.txt');
    run('find data -type f | xargs md5sum > manifest-md5.txt');
    expect((await checkHere(folder)).findings).toEqual([]);
    run('find data -type f | xargs md5sum --binary > manifest-md5.txt');
    const report = await checkHere(folder);
    expect(report.clean).toBe(true);
    expect(new Set(report.findings.map(({ code }) => code))).toEqual(new Set(['BAGIT_MADE_BY_MD5SUM']));
  });

  it('a name with a backslash, as md5sum escapes it', async () => {
    const folder = putBag(join(temp(), 'bag'), handBag({ tagAlgorithms: [], algorithms: [], payload: { 'a\\b.txt': 'x' } }));
    execFileSync('sh', ['-c', 'find data -type f -print0 | xargs -0 sha256sum > manifest-sha256.txt'], { cwd: folder });
    expect(readFileSync(join(folder, 'manifest-sha256.txt'), 'utf8')).toMatch(/^\\/);
    expect(found(await checkHere(folder))).toEqual(['BAGIT_NAME_UNPORTABLE data/a\\b.txt', 'BAGIT_MADE_BY_MD5SUM manifest-sha256.txt'].sort((a, b) => (a.startsWith('BAGIT_MADE') ? -1 : b.startsWith('BAGIT_MADE') ? 1 : 0)));
  });

  it('what is checked is what sha256sum checks', async () => {
    const folder = putBag(join(temp(), 'bag'), handBag());
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'], { cwd: folder });
    writeFileSync(join(folder, 'data/hello.txt'), 'hello\n');
    expect(() => execFileSync('sha256sum', ['--check', '--quiet', 'manifest-sha256.txt'], { cwd: folder, stdio: 'ignore' })).toThrow();
    expect(found(await checkHere(folder))).toEqual(['BAGIT_FILE_ALTERED data/hello.txt']);
  });
});
