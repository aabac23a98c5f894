import { Marks } from '../workers/compact.ts';
import type { BagReading, Manifest } from './manifest.ts';
import { reportText } from './manifest.ts';
import { decodedPath, tidyPath, unsafePath } from './paths.ts';
import { readLines } from './text.ts';

const NAME = 'fetch.txt';
const line = /^(\S+)[ \t]+(\S+)[ \t]+(.+)$/s;

/** Reads fetch.txt, RFC 8493 section 2.2.3, and never downloads anything. Answers by file: 1 where it says from where to fetch it. */
export async function readFetch(reading: BagReading, manifests: readonly Manifest[]): Promise<Marks> {
  const { source, declaration, findings } = reading;
  const fetched = new Marks();
  const file = source.files.find(NAME);
  if (file === null || !source.files.isThere(file)) return fetched;
  const text = await readLines(source, file, declaration.encoding, (content, number) => {
    const where = `Line ${String(number)} of fetch.txt`;
    if (content.trim() === '') findings.add('BAGIT_FETCH_LOOSE', NAME, `${where} is empty.`);
    else takeLine(reading, manifests, fetched, content, where);
  });
  reportText(findings, declaration, NAME, text);
  return fetched;
}

function takeLine(reading: BagReading, manifests: readonly Manifest[], fetched: Marks, content: string, where: string): void {
  const { findings, declaration, source } = reading;
  const [, url = '', length = '', named = ''] = line.exec(content) ?? [];
  const wrong = (why: string): void => {
    findings.add('BAGIT_FETCH_WRONG', NAME, `${where} ${why}.`);
  };
  if (named === '' || content.includes('\0')) {
    wrong('is not a URL, a length and a path');
    return;
  }
  const fault = unsafePath(named);
  if (fault !== null) {
    findings.add('BAGIT_PATH_UNSAFE', NAME, `${where} names "${named}", which is unsafe: ${fault}.`);
    return;
  }
  const urlFault = urlFaultOf(url);
  if (urlFault !== null) wrong(`has "${url.slice(0, 200)}" as its URL: ${urlFault}`);
  else if (/[^\u0021-\u007e]/.test(url)) findings.add('BAGIT_FETCH_LOOSE', NAME, `${where} has a URL with characters that should be percent-encoded.`);
  if (!/^(?:\d+|-)$/.test(length)) wrong(`has "${length.slice(0, 40)}" as its length, and should have a number or "-"`);
  const path = tidyPath(named);
  if (path.endsWith('/') || !path.startsWith('data/')) {
    if (declaration.rules.isStrict) wrong(`names "${path}", which is no payload file`);
    else findings.add('BAGIT_FETCH_LOOSE', NAME, `${where} names "${path}", which is no payload file.`);
  }
  const file = source.files.find(path) ?? source.files.find(decodedPath(path));
  reportUnlisted(reading, manifests, file, path, where);
  if (file === null) return;
  fetched.set(file, 1);
  if (!source.files.isThere(file) || length === '-' || Number(length) === source.files.size(file) || !/^\d+$/.test(length)) return;
  findings.add('BAGIT_FETCH_LENGTH', source.files.path(file), `fetch.txt gives this file ${length} bytes, and it has ${String(source.files.size(file))}.`);
}

/** RFC 8493: every file of fetch.txt is in every payload manifest. */
function reportUnlisted({ findings, declaration }: BagReading, manifests: readonly Manifest[], file: number | null, path: string, where: string): void {
  const payload = manifests.filter(({ isTag }) => !isTag);
  const listing = file === null ? [] : payload.filter(({ listed }) => listed.get(file) !== 0);
  if (declaration.rules.isStrict && listing.length < payload.length) findings.add('BAGIT_FETCH_UNLISTED', NAME, `${where} names "${path}", which is not in every payload manifest.`);
  else if (listing.length === 0) findings.add('BAGIT_FETCH_LOOSE', NAME, `${where} names "${path}", which no payload manifest lists.`);
}

/** Why a text is no absolute URI (RFC 3986 section 4.3) from which something could be fetched; null where it is one. */
function urlFaultOf(url: string): string | null {
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(url) ?? [];
  if (scheme === '') return 'it does not begin with a scheme such as "https:"';
  if (/[<>"{}|\\^`]/.test(url) || /%(?![0-9A-Fa-f]{2})/.test(url)) return 'it holds characters that a URL cannot have';
  if (/^(?:https?|ftps?|sftp|s3|gs)$/i.test(scheme) && !/^\/\/[^/?#]+/.test(rest)) return 'it names no computer';
  return rest === '' ? 'it has nothing after its scheme' : null;
}
