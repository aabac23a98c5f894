import type { FindingSink } from '../findings.ts';
import type { BagitCode } from './codes.ts';
import type { BagReading } from './manifest.ts';
import { reportText } from './manifest.ts';
import { readLines } from './text.ts';

/** One element of the metadata, in the order of the file. RFC 8493 section 2.2.2. */
export interface BagInfoElement {
  readonly label: string;
  readonly value: string;
}

/** More elements than this are not kept; a file for people has some dozens. */
const MOST = 10_000;

/** Reads bag-info.txt (package-info.txt before 0.96). Empty where there is none: it may be left out. */
export async function readInfo(reading: BagReading): Promise<readonly BagInfoElement[]> {
  const { source, declaration, findings } = reading;
  const { infoFile, isStrict } = declaration.rules;
  const file = source.files.find(infoFile);
  if (file === null || !source.files.isThere(file)) return [];
  const parser = new InfoParser(isStrict, (code, message) => {
    findings.add(code, infoFile, message);
  });
  const text = await readLines(source, file, declaration.encoding, (line, number) => {
    parser.take(line, number);
  });
  reportText(findings, declaration, infoFile, text);
  return parser.elements;
}

type Say = (code: BagitCode & ('BAGIT_INFO_WRONG' | 'BAGIT_INFO_LOOSE'), message: string) => void;

/** Takes lines of `Label: value`, with long values going on in indented lines. */
export class InfoParser {
  readonly elements: BagInfoElement[] = [];
  readonly #isStrict: boolean;
  readonly #say: Say;

  constructor(isStrict: boolean, say: Say) {
    this.#isStrict = isStrict;
    this.#say = say;
  }

  take(line: string, number: number): void {
    const where = `Line ${String(number)} of the bag metadata`;
    if (line.trim() === '') {
      this.#say('BAGIT_INFO_LOOSE', `${where} is empty.`);
      return;
    }
    if (/^[ \t]/.test(line)) {
      this.#continue(line.trim(), where);
      return;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || line.includes('\0')) {
      this.#say('BAGIT_INFO_WRONG', `${where} has no label with a colon after it.`);
      return;
    }
    const label = line.slice(0, colon);
    const value = line.slice(colon + 1);
    if (this.#isStrict) this.#reportSpacing(label, value, where);
    if (label.trim() === '') this.#say('BAGIT_INFO_WRONG', `${where} has an empty label.`);
    else if (this.elements.length < MOST) this.elements.push({ label: label.trim(), value: value.trim() });
  }

  #continue(more: string, where: string): void {
    const last = this.elements.pop();
    if (last === undefined) this.#say('BAGIT_INFO_WRONG', `${where} is indented, and no line stands before it that it could go on.`);
    else this.elements.push({ label: last.label, value: `${last.value} ${more}`.trim() });
  }

  /** BagIt 1.0 asks for one space or tab after the colon and none before it; older versions allow any. */
  #reportSpacing(label: string, value: string, where: string): void {
    if (label.trim() !== label) this.#say('BAGIT_INFO_WRONG', `${where} has white space around its label.`);
    if (value.trim() === '') this.#say('BAGIT_INFO_LOOSE', `${where} has a label and no value.`);
    else if (!/^[ \t]/.test(value)) this.#say('BAGIT_INFO_WRONG', `${where} has no space after its colon.`);
  }
}

/** What the payload really is: bytes and files. */
export interface PayloadSum {
  readonly bytes: number;
  readonly files: number;
}

/** RFC 8493 section 2.2.2, Payload-Oxum. @param sum null where it cannot be told, since files are still to be fetched */
export function checkOxum({ declaration, findings }: BagReading, elements: readonly BagInfoElement[], sum: PayloadSum | null): void {
  const { infoFile, isStrict } = declaration.rules;
  const values = elements.filter(({ label }) => label.toLowerCase() === 'payload-oxum').map(({ value }) => value);
  if (values.length > 1) {
    if (isStrict) findings.add('BAGIT_OXUM_REPEATED', infoFile, `Payload-Oxum is given ${String(values.length)} times.`);
    else if (new Set(values).size > 1) findings.add('BAGIT_INFO_LOOSE', infoFile, 'Payload-Oxum is given more than once, with different values.');
  }
  // Where several are given, a bag is as good as the first: so other programs read it.
  const [value] = values;
  if (value === undefined) return;
  if (!/^\d+\.\d+$/.test(value)) {
    findings.add('BAGIT_OXUM_WRONG', infoFile, `Payload-Oxum is "${value.slice(0, 60)}", and should be two numbers with a dot between: bytes and files.`);
    return;
  }
  if (sum === null) return;
  const [bytes = '', files = ''] = value.split('.');
  if (BigInt(bytes) === BigInt(sum.bytes) && BigInt(files) === BigInt(sum.files)) return;
  findings.add('BAGIT_OXUM_WRONG', infoFile, `Payload-Oxum says ${bytes} bytes in ${files} files, and data/ holds ${String(sum.bytes)} bytes in ${String(sum.files)} files.`);
}

const once: ReadonlySet<string> = new Set(['bagging-date', 'bag-size', 'bag-group-identifier', 'bag-count']);

/** Labels that BagIt 1.0 wants once, and the profile that a bag names. */
export function checkElements({ declaration, findings }: BagReading, elements: readonly BagInfoElement[]): void {
  const { infoFile, isStrict } = declaration.rules;
  const counts = new Map<string, number>();
  for (const { label } of elements) counts.set(label.toLowerCase(), (counts.get(label.toLowerCase()) ?? 0) + 1);
  for (const label of once) {
    if (isStrict && (counts.get(label) ?? 0) > 1) findings.add('BAGIT_INFO_LOOSE', infoFile, `"${label}" is given more than once, which BagIt 1.0 advises against.`);
  }
  for (const { label, value } of elements) {
    if (label.toLowerCase() === 'bagit-profile-identifier') reportProfile(findings, infoFile, value);
  }
}

function reportProfile(findings: FindingSink<BagitCode>, infoFile: string, profile: string): void {
  findings.add('BAGIT_PROFILE_UNCHECKED', infoFile, `The bag says that it follows the profile ${profile.slice(0, 200)}. Nothing was downloaded, so it was not held against it.`);
}
