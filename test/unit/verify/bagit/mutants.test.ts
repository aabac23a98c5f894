import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bagitCodes } from '../../../../src/verify/index.ts';
import { checkHere, found } from '../../../builders/verify/check.ts';
import type { HandBag, HandBagOptions } from '../../../builders/verify/hand-bag.ts';
import { handBag, putBag, resealed } from '../../../builders/verify/hand-bag.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();

type Spoil = (bag: HandBag) => void;
/** Versions, what is done, and exactly what is found then: `CODE path`. */
interface Mutant {
  readonly name: string;
  readonly versions: readonly string[];
  readonly finds: readonly string[];
  readonly spoil?: Spoil;
  readonly options?: HandBagOptions;
  /** After the bag was written to a folder. */
  readonly inFolder?: (folder: string) => void;
}

const old = ['0.93', '0.94', '0.95', '0.96', '0.97'];
const all = [...old, '1.0'];
const before97 = ['0.93', '0.94', '0.95', '0.96'];
const since97 = ['0.97', '1.0'];

const text = (bag: HandBag, path: string): string => bag.get(path)?.toString() ?? '';
const edit = (path: string, change: (before: string) => string): Spoil => (bag) => {
  bag.set(path, Buffer.from(change(text(bag, path))));
  if (!path.startsWith('tagmanifest-')) resealed(bag);
};
const declare = (...lines: string[]): Spoil => edit('bagit.txt', () => lines.map((line) => `${line}\n`).join(''));
const addLine = (line: string): Spoil => edit('manifest-sha256.txt', (before) => `${before}${line}\n`);
const addTagLine = (line: string): Spoil => edit('tagmanifest-sha256.txt', (before) => `${before}${line}\n`);
const zeros = '0'.repeat(64);
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const fetchWith = (...lines: string[]): Spoil => (bag) => {
  bag.set('fetch.txt', Buffer.from(lines.map((line) => `${line}\n`).join('')));
  resealed(bag);
};

const declarations: readonly Mutant[] = [
  { name: 'bagit.txt missing', versions: all, spoil: (bag) => bag.delete('bagit.txt') && resealed(bag), finds: ['BAGIT_DECLARATION_MISSING bagit.txt'] },
  { name: 'no version', versions: ['1.0'], spoil: declare('Tag-File-Character-Encoding: UTF-8'), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'no encoding', versions: since97, spoil: edit('bagit.txt', (before) => before.split('\n')[0] ?? ''), finds: ['BAGIT_DECLARATION_WRONG bagit.txt', 'BAGIT_LINE_END_MISSING bagit.txt'] },
  { name: 'byte order mark', versions: all, spoil: edit('bagit.txt', (before) => `\ufeff${before}`), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'version without its first number', versions: since97, spoil: declare('BagIt-Version: .97', 'Tag-File-Character-Encoding: UTF-8'), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'version that is none', versions: ['1.0'], spoil: declare('BagIt-Version: 2.0', 'Tag-File-Character-Encoding: UTF-8'), finds: ['BAGIT_VERSION_UNKNOWN bagit.txt'] },
  { name: 'encoding that is none', versions: ['0.97', '1.0'], spoil: edit('bagit.txt', (before) => before.replace('UTF-8', 'EBCDIC-XX')), finds: ['BAGIT_ENCODING_UNKNOWN bagit.txt'] },
  { name: 'white space before the colon', versions: since97, spoil: edit('bagit.txt', (before) => before.replaceAll(':', ' :')), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'two spaces after the colon', versions: old, spoil: edit('bagit.txt', (before) => before.replaceAll(': ', ':  ')), finds: ['BAGIT_DECLARATION_LOOSE bagit.txt', 'BAGIT_DECLARATION_LOOSE bagit.txt'] },
  { name: 'two spaces after the colon', versions: ['1.0'], spoil: edit('bagit.txt', (before) => before.replace(': ', ':  ')), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'other order', versions: old, spoil: edit('bagit.txt', (before) => `${before.split('\n').slice(0, 2).reverse().join('\n')}\n`), finds: ['BAGIT_DECLARATION_LOOSE bagit.txt'] },
  { name: 'other order', versions: ['1.0'], spoil: declare('Tag-File-Character-Encoding: UTF-8', 'BagIt-Version: 1.0'), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'a third line', versions: old, spoil: edit('bagit.txt', (before) => `${before}Note: x\n`), finds: ['BAGIT_DECLARATION_LOOSE bagit.txt'] },
  { name: 'a third line', versions: ['1.0'], spoil: edit('bagit.txt', (before) => `${before}\n`), finds: ['BAGIT_DECLARATION_WRONG bagit.txt'] },
  { name: 'label in other letters, as in the examples of the standard', versions: all, spoil: edit('bagit.txt', (before) => before.replace('BagIt-Version', 'BagIt-version')), finds: ['BAGIT_DECLARATION_LOOSE bagit.txt'] },
  { name: 'not text', versions: ['1.0'], spoil: (bag) => resealed(bag.set('bagit.txt', Buffer.concat([bag.get('bagit.txt') ?? Buffer.alloc(0), Buffer.from([0xff])]))), finds: ['BAGIT_DECLARATION_WRONG bagit.txt', 'BAGIT_DECLARATION_WRONG bagit.txt', 'BAGIT_LINE_END_MISSING bagit.txt'] },
];

const structure: readonly Mutant[] = [
  { name: 'no data/', versions: all, options: { payload: {}, info: null }, inFolder: (folder) => { rmSync(join(folder, 'data'), { recursive: true }); }, finds: ['BAGIT_DATA_MISSING data'] },
  { name: 'no payload manifest', versions: all, options: { algorithms: [], tagAlgorithms: ['sha256'], payload: { a: '' } }, finds: ['BAGIT_MANIFEST_MISSING ', 'BAGIT_FILE_UNLISTED data/a'] },
  { name: 'algorithm in capitals', versions: all, spoil: (bag) => { bag.set('manifest-SHA-256.txt', bag.get('manifest-sha256.txt') ?? Buffer.alloc(0)); bag.delete('manifest-sha256.txt'); resealed(bag); }, finds: ['BAGIT_MANIFEST_NAME manifest-SHA-256.txt'] },
  { name: 'algorithm that is not known, beside one that is', versions: all, spoil: (bag) => { bag.set('manifest-tiger.txt', Buffer.from(text(bag, 'manifest-sha256.txt').replaceAll(/^[0-9a-f]{64}/gm, 'abc123'))); resealed(bag); }, finds: ['BAGIT_ALGORITHM_UNKNOWN manifest-tiger.txt'] },
  { name: 'only an algorithm that is not known', versions: all, options: { algorithms: [], tagAlgorithms: ['sha256'], payload: { a: '' } }, spoil: (bag) => { bag.set('manifest-tiger.txt', Buffer.from('abc123  data/a\n')); resealed(bag); }, finds: ['BAGIT_FILE_UNCHECKED data/a', 'BAGIT_ALGORITHM_UNKNOWN manifest-tiger.txt'] },
  { name: 'tag manifest without the payload manifest', versions: ['1.0'], spoil: edit('tagmanifest-sha256.txt', (before) => before.replace(/^.*manifest-sha256\.txt\n/m, '')), finds: ['BAGIT_TAG_MANIFEST_INCOMPLETE tagmanifest-sha256.txt', 'BAGIT_TAG_FILE_UNLISTED manifest-sha256.txt'] },
  { name: 'tag manifest without the payload manifest', versions: old, spoil: edit('tagmanifest-sha256.txt', (before) => before.replace(/^.*manifest-sha256\.txt\n/m, '')), finds: ['BAGIT_TAG_FILE_UNLISTED manifest-sha256.txt'] },
  { name: 'tag manifest that lists a tag manifest', versions: ['1.0'], options: { algorithms: ['sha256'], tagAlgorithms: ['sha256', 'md5'] }, spoil: (bag) => { addTagLine(`${zeros}  tagmanifest-md5.txt`)(bag); }, finds: ['BAGIT_FILE_ALTERED tagmanifest-md5.txt', 'BAGIT_ENTRY_MISPLACED tagmanifest-sha256.txt'] },
  { name: 'tag manifest that lists a payload file', versions: since97, options: { payload: { a: '' } }, spoil: addTagLine(`${empty}  data/a`), finds: ['BAGIT_ENTRY_MISPLACED tagmanifest-sha256.txt'] },
  { name: 'tag manifest that lists a payload file', versions: before97, options: { payload: { a: '' } }, spoil: addTagLine(`${empty}  data/a`), finds: ['BAGIT_ENTRY_UNUSUAL tagmanifest-sha256.txt'] },
  { name: 'payload manifest that lists a tag file', versions: since97, options: { tags: { note: '' } }, spoil: addLine(`${empty}  note`), finds: ['BAGIT_ENTRY_MISPLACED manifest-sha256.txt'] },
  { name: 'payload manifest that lists a tag file', versions: before97, options: { tags: { note: '' } }, spoil: addLine(`${empty}  note`), finds: ['BAGIT_ENTRY_UNUSUAL manifest-sha256.txt'] },
  { name: 'manifest that lists a folder', versions: all, spoil: addLine(`${zeros}  data/more`), finds: ['BAGIT_FOLDER_LISTED manifest-sha256.txt'] },
  { name: 'manifest that lists a folder with its slash', versions: all, spoil: addLine(`${zeros}  data/gone/`), finds: ['BAGIT_FOLDER_LISTED manifest-sha256.txt'] },
  ...['.', './', './.', './/'].map((path): Mutant => ({ name: `manifest that lists the bag itself as ${path}`, versions: ['1.0'], spoil: addLine(`${zeros}  ${path}`), finds: path === './' ? ['BAGIT_FOLDER_LISTED manifest-sha256.txt'] : ['BAGIT_FOLDER_LISTED manifest-sha256.txt', 'BAGIT_PATH_LOOSE manifest-sha256.txt'] })),
  { name: 'tag file that no tag manifest lists', versions: all, spoil: (bag) => { bag.set('later.txt', Buffer.from('x')); }, finds: ['BAGIT_TAG_FILE_UNLISTED later.txt'] },
];

const lines: readonly Mutant[] = [
  { name: 'a line that is none', versions: all, spoil: addLine('what is this'), finds: ['BAGIT_LINE_WRONG manifest-sha256.txt'] },
  { name: 'a checksum that is too short', versions: all, options: { payload: { a: '' } }, spoil: edit('manifest-sha256.txt', (before) => before.slice(2)), finds: ['BAGIT_FILE_UNLISTED data/a', 'BAGIT_LINE_WRONG manifest-sha256.txt'] },
  { name: 'an empty line', versions: all, spoil: addLine(''), finds: ['BAGIT_LINE_LOOSE manifest-sha256.txt'] },
  { name: 'a remark', versions: old, spoil: addLine('# made by hand'), finds: ['BAGIT_LINE_LOOSE manifest-sha256.txt'] },
  { name: 'a remark', versions: ['1.0'], spoil: addLine('# made by hand'), finds: ['BAGIT_LINE_WRONG manifest-sha256.txt'] },
  { name: 'white space around', versions: all, options: { payload: { a: '' } }, spoil: edit('manifest-sha256.txt', (before) => ` ${before.trim()} \n`), finds: ['BAGIT_LINE_LOOSE manifest-sha256.txt', 'BAGIT_LINE_LOOSE manifest-sha256.txt'] },
  { name: 'tabs and one space', versions: all, options: { payload: { a: '', b: '' } }, spoil: edit('manifest-sha256.txt', (before) => before.replace('  data/a', '\tdata/a').replace('  data/b', ' data/b')), finds: [] },
  { name: 'capital digits', versions: all, spoil: edit('manifest-sha256.txt', (before) => before.replaceAll(/^[0-9a-f]+/gm, (hex) => hex.toUpperCase())), finds: [] },
  { name: 'md5sum in binary mode', versions: all, options: { payload: { a: '' } }, spoil: edit('manifest-sha256.txt', (before) => before.replace('  ', ' *')), finds: ['BAGIT_MADE_BY_MD5SUM manifest-sha256.txt'] },
  { name: 'a needless "./"', versions: all, options: { payload: { a: '' } }, spoil: edit('manifest-sha256.txt', (before) => before.replace('data/', './data/')), finds: ['BAGIT_PATH_LOOSE manifest-sha256.txt'] },
  { name: 'doubled slashes', versions: all, options: { payload: { 'a/b': '' } }, spoil: edit('manifest-sha256.txt', (before) => before.replace('data/a/b', 'data//a/./b')), finds: ['BAGIT_PATH_LOOSE manifest-sha256.txt'] },
  { name: 'no line end at the end', versions: all, spoil: edit('manifest-sha256.txt', (before) => before.trimEnd()), finds: ['BAGIT_LINE_END_MISSING manifest-sha256.txt'] },
  { name: 'byte order mark in a manifest', versions: old, spoil: edit('manifest-sha256.txt', (before) => `\ufeff${before}`), finds: ['BAGIT_BOM_LOOSE manifest-sha256.txt'] },
  { name: 'byte order mark in a manifest', versions: ['1.0'], spoil: edit('manifest-sha256.txt', (before) => `\ufeff${before}`), finds: ['BAGIT_BOM manifest-sha256.txt'] },
  { name: 'bytes that are not UTF-8', versions: all, options: { payload: { 'Größe.txt': '' } }, spoil: (bag) => resealed(bag.set('manifest-sha256.txt', Buffer.from(text(bag, 'manifest-sha256.txt'), 'latin1'))), finds: ['BAGIT_FILE_MISSING data/Gr\ufffd\ufffde.txt', 'BAGIT_FILE_UNLISTED data/Größe.txt', 'BAGIT_TEXT_WRONG manifest-sha256.txt'] },
  { name: 'the same line twice', versions: old, options: { payload: { a: '' } }, spoil: edit('manifest-sha256.txt', (before) => before + before), finds: ['BAGIT_LISTED_AGAIN data/a'] },
  { name: 'the same line twice', versions: ['1.0'], options: { payload: { a: '' } }, spoil: edit('manifest-sha256.txt', (before) => before + before), finds: ['BAGIT_LISTED_TWICE data/a'] },
  { name: 'the same path with two checksums', versions: all, options: { payload: { a: '' } }, spoil: addLine(`${zeros}  data/a`), finds: ['BAGIT_LISTED_TWICE data/a'] },
  { name: '"%" that is not written as "%25"', versions: ['1.0'], options: { payload: { '100%.txt': '' }, listedAs: (path) => path }, finds: ['BAGIT_PERCENT_LOOSE manifest-sha256.txt'] },
  { name: '"%0A" that stands for itself', versions: ['1.0'], options: { payload: { 'a%0Ab': '' }, listedAs: (path) => path }, finds: [] },
];

const unsafe = [
  '/etc/passwd', '/tmp/foo', '../up', '../../../README.md', 'data/../../up', 'data/../bagit.txt', 'data/a/..', '~/foo', '~root/foo', 'C:\\Windows\\System32\\setx.exe', 'c:foo', 'C:/x',
  '\\\\?\\C:\\x', '\\\\?\\UNC\\server\\Windows\\System32\\setx.exe', '\\\\server\\share', '\\x', '%HomeDrive%\\Windows\\System32\\setx.exe', '$(id)/x', '${HOME}/x', '$HOME/x', '`id`', 'file:///etc/passwd',
  'data\\..\\..\\x', 'data/%2e%2e/%2E%2e/x', '%2Fetc/passwd', 'data/%252e%252e/x', '%7Eroot/x', 'data/.. /x', '%5C%5Cserver%5Cx',
];

const paths: readonly Mutant[] = unsafe.flatMap((path): Mutant[] => [
  { name: `unsafe ${path} in a payload manifest`, versions: since97, spoil: addLine(`${zeros}  ${path}`), finds: ['BAGIT_PATH_UNSAFE manifest-sha256.txt'] },
  { name: `unsafe ${path} in a tag manifest`, versions: ['0.93', '1.0'], spoil: addTagLine(`${zeros} ${path}`), finds: ['BAGIT_PATH_UNSAFE tagmanifest-sha256.txt'] },
  { name: `unsafe ${path} in fetch.txt`, versions: since97, spoil: fetchWith(`https://example.org/x 5 ${path}`), finds: ['BAGIT_PATH_UNSAFE fetch.txt'] },
]);

const files: readonly Mutant[] = [
  { name: 'a payload file changed', versions: all, spoil: (bag) => bag.set('data/hello.txt', Buffer.from('hello\n')), finds: ['BAGIT_FILE_ALTERED data/hello.txt'] },
  { name: 'a tag file changed', versions: all, options: { tags: { note: 'x' } }, spoil: (bag) => bag.set('note', Buffer.from('y')), finds: ['BAGIT_FILE_ALTERED note'] },
  { name: 'a payload file missing', versions: all, options: { info: null }, spoil: (bag) => bag.delete('data/hello.txt'), finds: ['BAGIT_FILE_MISSING data/hello.txt'] },
  { name: 'metadata missing that a tag manifest lists', versions: ['0.96', '0.97', '1.0'], spoil: (bag) => bag.delete('bag-info.txt'), finds: ['BAGIT_FILE_MISSING bag-info.txt'] },
  { name: 'a payload file too many', versions: all, options: { info: null }, spoil: (bag) => bag.set('data/more/bar', Buffer.from('')), finds: ['BAGIT_FILE_UNLISTED data/more/bar'] },
  { name: 'a file in one manifest only', versions: ['1.0'], options: { algorithms: ['md5', 'sha512'], tagAlgorithms: [], payload: { a: '', b: '' } }, spoil: edit('manifest-md5.txt', (before) => before.replace(/^.*data\/a\n/m, '')), finds: ['BAGIT_NOT_IN_EVERY_MANIFEST data/a'] },
  { name: 'a file in one manifest only', versions: old, options: { algorithms: ['md5', 'sha512'], tagAlgorithms: [], payload: { a: '', b: '' } }, spoil: edit('manifest-md5.txt', (before) => before.replace(/^.*data\/a\n/m, '')), finds: [] },
  { name: 'one of two checksums wrong', versions: all, options: { algorithms: ['md5', 'sha512'], tagAlgorithms: [], payload: { a: '', b: '' } }, spoil: edit('manifest-sha512.txt', (before) => before.replace(/^.{128} {2}data\/b/m, `${'0'.repeat(128)}  data/b`)), finds: ['BAGIT_FILE_ALTERED data/b'] },
  { name: 'a link', versions: all, options: { info: null }, inFolder: (folder) => { symlinkSync('/etc/passwd', join(folder, 'data/link')); }, finds: ['BAGIT_LINK data/link'] },
  { name: 'a link in the place of a listed file', versions: all, options: { info: null, payload: { a: '' } }, inFolder: (folder) => { rmSync(join(folder, 'data/a')); symlinkSync('/dev/null', join(folder, 'data/a')); }, finds: ['BAGIT_FILE_MISSING data/a', 'BAGIT_LINK data/a'] },
  { name: 'a link in the place of a folder', versions: ['1.0'], options: { info: null, payload: { 'x/a': '' } }, inFolder: (folder) => { rmSync(join(folder, 'data/x'), { recursive: true }); mkdirSync(join(folder, '../aside')); writeFileSync(join(folder, '../aside/a'), ''); symlinkSync('../../aside', join(folder, 'data/x')); }, finds: ['BAGIT_LINK data/x', 'BAGIT_FILE_MISSING data/x/a'] },
];

const nfc = 'N\u00fa\u00f1ez';
const nfd = nfc.normalize('NFD');
const names: readonly Mutant[] = [
  { name: 'two names that differ in capital letters', versions: all, options: { payload: { 'hello.txt': '', 'HELLO.txt': '' } }, finds: ['BAGIT_NAMES_ALIKE data/hello.txt'] },
  { name: 'two names that differ in their Unicode form', versions: all, options: { payload: { [nfc]: '', [nfd]: '' } }, finds: [`BAGIT_NAMES_ALIKE data/${nfc}`] },
  { name: 'two listed names for one file, after a copy through a disk that normalizes', versions: all, options: { info: null, payload: { [nfc]: '', [nfd]: '' } }, spoil: (bag) => bag.delete(`data/${nfd}`), finds: [`BAGIT_NAMES_ALIKE data/${nfc}`, `BAGIT_NAME_NORMALIZED data/${nfc}`] },
  { name: 'a manifest in another Unicode form', versions: all, options: { payload: { [nfc]: '' }, listedAs: (path) => path.normalize('NFD') }, finds: [`BAGIT_NAME_NORMALIZED data/${nfc}`] },
  { name: 'a manifest in other capital letters', versions: all, options: { payload: { 'EXAMPLE.TXT': '' }, listedAs: (path) => (path.startsWith('data/') ? 'data/example.txt' : path) }, finds: ['BAGIT_NAME_CASE data/EXAMPLE.TXT'] },
  { name: 'another Unicode form and other bytes', versions: ['1.0'], options: { payload: { [nfc]: '' }, listedAs: (path) => path.normalize('NFD') }, spoil: (bag) => bag.set(`data/${nfc}`, Buffer.from('')) && bag.set(`data/${nfc}`, Buffer.from('x')), finds: [`BAGIT_FILE_ALTERED data/${nfc}`, 'BAGIT_OXUM_WRONG bag-info.txt', `BAGIT_NAME_NORMALIZED data/${nfc}`] },
  { name: 'files that systems leave behind', versions: all, options: { payload: { '.DS_Store': '', 'a/Thumbs.db': '', '__MACOSX/._x': '', 'desktop.ini': '' } }, finds: ['BAGIT_SYSTEM_FILE data/.DS_Store', 'BAGIT_SYSTEM_FILE data/__MACOSX/._x', 'BAGIT_SYSTEM_FILE data/a/Thumbs.db', 'BAGIT_SYSTEM_FILE data/desktop.ini'] },
  { name: 'names that Windows cannot write', versions: all, options: { payload: { 'a:b': '', 'con.txt': '', 'end.': '', 'q?': '' } }, finds: ['BAGIT_NAME_UNPORTABLE data/a:b', 'BAGIT_NAME_UNPORTABLE data/con.txt', 'BAGIT_NAME_UNPORTABLE data/end.', 'BAGIT_NAME_UNPORTABLE data/q?'] },
];

const oxumOf = (value: string): Spoil => edit('bag-info.txt', (before) => before.replace(/Payload-Oxum: .*/, `Payload-Oxum: ${value}`));
const addInfo = (line: string): Spoil => edit('bag-info.txt', (before) => `${line}\n${before}`);
const info: readonly Mutant[] = [
  { name: 'a line without a colon', versions: since97, spoil: addInfo('Contact Name'), finds: ['BAGIT_INFO_WRONG bag-info.txt'] },
  { name: 'an indented first line', versions: since97, spoil: addInfo('  Contact-Name: x'), finds: ['BAGIT_INFO_WRONG bag-info.txt'] },
  { name: 'white space around the colon', versions: ['0.97'], spoil: addInfo('Contact-Name \t:   Maria'), finds: [] },
  { name: 'white space before the colon', versions: ['1.0'], spoil: addInfo('Contact-Name : Maria'), finds: ['BAGIT_INFO_WRONG bag-info.txt'] },
  { name: 'no space after the colon', versions: ['0.97'], spoil: addInfo('Contact-Name:Maria'), finds: [] },
  { name: 'no space after the colon', versions: ['1.0'], spoil: addInfo('Contact-Name:Maria'), finds: ['BAGIT_INFO_WRONG bag-info.txt'] },
  { name: 'a tab after the colon', versions: since97, spoil: addInfo('Contact-Name:\tMaria'), finds: [] },
  { name: 'no value', versions: ['1.0'], spoil: addInfo('Contact-Name:'), finds: ['BAGIT_INFO_LOOSE bag-info.txt'] },
  { name: 'an empty line', versions: since97, spoil: addInfo(''), finds: ['BAGIT_INFO_LOOSE bag-info.txt'] },
  { name: 'labels given twice', versions: since97, spoil: addInfo('Contact-Name: a\nContact-Name: b'), finds: [] },
  { name: 'the date given twice', versions: ['0.97'], spoil: addInfo('Bagging-Date: 2026-01-01\nBagging-Date: 2026-01-02'), finds: [] },
  { name: 'the date given twice', versions: ['1.0'], spoil: addInfo('Bagging-Date: 2026-01-01\nBagging-Date: 2026-01-02'), finds: ['BAGIT_INFO_LOOSE bag-info.txt'] },
  { name: 'Payload-Oxum with other bytes', versions: since97, spoil: oxumOf('15.3'), finds: ['BAGIT_OXUM_WRONG bag-info.txt'] },
  { name: 'Payload-Oxum with other files', versions: since97, spoil: oxumOf('14.4'), finds: ['BAGIT_OXUM_WRONG bag-info.txt'] },
  { name: 'Payload-Oxum that is none', versions: since97, spoil: oxumOf('14'), finds: ['BAGIT_OXUM_WRONG bag-info.txt'] },
  { name: 'Payload-Oxum beyond any number', versions: since97, spoil: oxumOf(`${'9'.repeat(40)}.3`), finds: ['BAGIT_OXUM_WRONG bag-info.txt'] },
  { name: 'Payload-Oxum in other letters', versions: since97, spoil: edit('bag-info.txt', (before) => before.replace('Payload-Oxum: 14.3', 'payload-oxum: 1.3')), finds: ['BAGIT_OXUM_WRONG bag-info.txt'] },
  { name: 'Payload-Oxum twice', versions: ['1.0'], spoil: addInfo('Payload-Oxum: 14.3'), finds: ['BAGIT_OXUM_REPEATED bag-info.txt'] },
  { name: 'Payload-Oxum twice alike', versions: ['0.97'], spoil: addInfo('Payload-Oxum: 14.3'), finds: [] },
  { name: 'Payload-Oxum twice, different', versions: ['0.97'], spoil: edit('bag-info.txt', (before) => `${before}Payload-Oxum: 1.1\n`), finds: ['BAGIT_INFO_LOOSE bag-info.txt'] },
  { name: 'a profile', versions: since97, spoil: addInfo('BagIt-Profile-Identifier: https://example.org/profile.json'), finds: ['BAGIT_PROFILE_UNCHECKED bag-info.txt'] },
  { name: 'the metadata of older drafts under its later name is an own tag file', versions: ['0.95'], options: { info: null, tags: { 'bag-info.txt': 'no colon\n' } }, finds: [] },
  { name: 'wrong metadata of older drafts', versions: ['0.93', '0.94', '0.95'], spoil: edit('package-info.txt', () => 'Payload-Oxum: 1.1\n'), finds: ['BAGIT_OXUM_WRONG package-info.txt'] },
];

const hole: HandBagOptions = { info: ['x: y'], payload: { 'here.txt': 'abc', 'there.txt': 'abcdef' } };
const fetching: readonly Mutant[] = [
  { name: 'a file that is to be fetched', versions: all, options: hole, spoil: (bag) => { fetchWith('https://example.org/there.txt 6 data/there.txt')(bag); bag.delete('data/there.txt'); }, finds: ['BAGIT_FILE_NOT_FETCHED data/there.txt'] },
  { name: 'a file that was fetched', versions: all, options: hole, spoil: fetchWith('https://example.org/there.txt - data/there.txt', 'ftp://example.org/a%20b\t3\tdata/here.txt'), finds: [] },
  { name: 'a file of another length', versions: all, options: hole, spoil: fetchWith('https://example.org/there.txt 7 data/there.txt'), finds: ['BAGIT_FETCH_LENGTH data/there.txt'] },
  { name: 'a line that is none', versions: all, options: hole, spoil: fetchWith('https://example.org/there.txt data/there.txt'), finds: ['BAGIT_FETCH_WRONG fetch.txt'] },
  { name: 'a URL that is none', versions: all, options: hole, spoil: fetchWith('there.txt 6 data/there.txt'), finds: ['BAGIT_FETCH_WRONG fetch.txt'] },
  { name: 'a URL without a computer', versions: all, options: hole, spoil: fetchWith('http:///there.txt 6 data/there.txt'), finds: ['BAGIT_FETCH_WRONG fetch.txt'] },
  { name: 'a URL of this computer, which is never read', versions: all, options: hole, spoil: fetchWith('file:///etc/passwd 6 data/there.txt'), finds: [] },
  { name: 'a length that is none', versions: all, options: hole, spoil: fetchWith('https://example.org/there.txt six data/there.txt'), finds: ['BAGIT_FETCH_WRONG fetch.txt'] },
  { name: 'a file that no manifest lists', versions: old, options: hole, spoil: fetchWith('https://example.org/x 6 data/other.txt'), finds: ['BAGIT_FETCH_LOOSE fetch.txt'] },
  { name: 'a file that no manifest lists', versions: ['1.0'], options: hole, spoil: fetchWith('https://example.org/x 6 data/other.txt'), finds: ['BAGIT_FETCH_UNLISTED fetch.txt'] },
  { name: 'a tag file', versions: ['1.0'], options: hole, spoil: fetchWith('https://example.org/x - bag-info.txt'), finds: ['BAGIT_FETCH_UNLISTED fetch.txt', 'BAGIT_FETCH_WRONG fetch.txt'] },
  { name: 'an empty line', versions: all, options: hole, spoil: fetchWith(''), finds: ['BAGIT_FETCH_LOOSE fetch.txt'] },
];

const tables = { declarations, structure, lines, paths, files, names, info, fetching };
describe.each(Object.entries(tables))('%s', (_, mutants) => {
  const cases = mutants.flatMap((mutant) => mutant.versions.map((version): [string, string, Mutant] => [version, mutant.name, mutant]));
  it.each(cases)('BagIt %s: %s', async (version, _name, { options = {}, spoil, inFolder, finds }) => {
    const bag = handBag({ ...options, version });
    spoil?.(bag);
    const folder = putBag(join(temp(), 'bag'), bag);
    inFolder?.(folder);
    const report = await checkHere(folder);
    expect(found(report).sort()).toEqual([...finds].sort());
    const isError = report.findings.some(({ severity }) => severity === 'error');
    expect(report.clean).toBe(!isError);
    for (const { message } of report.findings) expect(message).toMatch(/^\S.*[.]$/s);
  });
});

it('every code is met by a mutant here, or in the tests of archives and of what cannot be read', () => {
  const met = new Set(Object.values(tables).flatMap((mutants) => mutants.flatMap(({ finds }) => finds.map((one) => one.split(' ')[0] ?? ''))));
  const elsewhere = ['BAGIT_ENCODING_OTHER', 'BAGIT_FILE_UNREADABLE', 'BAGIT_ARCHIVE_UNREADABLE', 'BAGIT_ARCHIVE_UNSAFE', 'BAGIT_ARCHIVE_LOOSE', 'BAGIT_PACKAGE_UNJUDGED'];
  expect([...met, ...elsewhere].sort()).toEqual(Object.keys(bagitCodes).sort());
});
