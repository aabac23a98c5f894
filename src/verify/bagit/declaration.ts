import type { FindingSink } from '../findings.ts';
import type { BagitCode } from './codes.ts';
import type { BagRules } from './rules.ts';
import { isKnownVersion, rulesOf } from './rules.ts';
import type { BagSource } from './source.ts';
import type { Encoding } from './text.ts';
import { encodingOf, readLines, utf8 } from './text.ts';

const NAME = 'bagit.txt';
const MAX_LINES = 100;

/** What bagit.txt says, or what is assumed in its place. */
export interface Declaration {
  readonly rules: BagRules;
  readonly encoding: Encoding;
  /** The version as it was declared; null where it was not. */
  readonly declared: string | null;
}

const assumed: Declaration = { rules: rulesOf('1.0'), encoding: utf8, declared: null };

/** Reads bagit.txt, RFC 8493 section 2.1.1. */
export async function readDeclaration(source: BagSource, findings: FindingSink<BagitCode>): Promise<Declaration> {
  const file = source.files.find(NAME);
  if (file === null) {
    findings.add('BAGIT_DECLARATION_MISSING', NAME, 'bagit.txt is missing. The rest was judged by the rules of BagIt 1.0.');
    return assumed;
  }
  const lines: string[] = [];
  const text = await readLines(source, file, utf8, (line) => {
    if (lines.length < MAX_LINES) lines.push(line);
  });
  if (text.broken !== null) {
    findings.add('BAGIT_DECLARATION_MISSING', NAME, `bagit.txt cannot be read: ${text.broken}. The rest was judged by the rules of BagIt 1.0.`);
    return assumed;
  }
  const wrong = (message: string): void => {
    findings.add('BAGIT_DECLARATION_WRONG', NAME, message);
  };
  if (text.hasMark) wrong('bagit.txt begins with a byte order mark, which it must not.');
  if (!text.isText) wrong('bagit.txt is not UTF-8 text.');
  if (!text.isEnded) findings.add('BAGIT_LINE_END_MISSING', NAME, 'The last line of bagit.txt has no line end.');
  const version = field(lines, 'BagIt-Version');
  const encoding = field(lines, 'Tag-File-Character-Encoding');
  if (version === null) wrong('bagit.txt has no line "BagIt-Version: M.N".');
  if (encoding === null) wrong('bagit.txt has no line "Tag-File-Character-Encoding: UTF-8".');
  if (version?.isSpacedLabel === true || encoding?.isSpacedLabel === true) wrong('bagit.txt has white space around a label, before the colon.');
  const rules = rulesFor(version?.value ?? null, findings);
  reportLooseness(lines, version, encoding, rules, findings);
  return { rules, encoding: encodingFor(encoding?.value ?? null, findings), declared: version?.value ?? null };
}

interface Field {
  readonly value: string;
  readonly line: number;
  /** The line as the standard wants it. */
  readonly isExact: boolean;
  readonly isSpacedLabel: boolean;
}

function field(lines: readonly string[], label: string): Field | null {
  for (const [line, text] of lines.entries()) {
    const [, before = '', found = '', after = '', value = ''] = /^(\s*)([^:]*?)(\s*):(.*)$/.exec(text) ?? [];
    if (found.toLowerCase() !== label.toLowerCase() || value.trim() === '') continue;
    return { value: value.trim(), line, isExact: text === `${label}: ${value.trim()}`, isSpacedLabel: before !== '' || after !== '' };
  }
  return null;
}

function rulesFor(version: string | null, findings: FindingSink<BagitCode>): BagRules {
  if (version === null) return assumed.rules;
  if (isKnownVersion(version)) return rulesOf(version);
  if (!/^\d+\.\d+$/.test(version)) findings.add('BAGIT_DECLARATION_WRONG', NAME, `bagit.txt gives "${version.slice(0, 40)}" as its version, which is not two numbers with a dot between.`);
  else findings.add('BAGIT_VERSION_UNKNOWN', NAME, `bagit.txt declares BagIt ${version.slice(0, 40)}, which is not known here. The rest was judged by the rules of BagIt 1.0.`);
  return assumed.rules;
}

function encodingFor(name: string | null, findings: FindingSink<BagitCode>): Encoding {
  if (name === null) return utf8;
  const encoding = encodingOf(name);
  if (encoding === null) {
    findings.add('BAGIT_ENCODING_UNKNOWN', NAME, `bagit.txt declares the encoding "${name.slice(0, 40)}", which is not known here. The tag files were read as UTF-8.`);
    return utf8;
  }
  if (encoding.kind !== 'utf-8') findings.add('BAGIT_ENCODING_OTHER', NAME, `The tag files are in ${encoding.name}.`);
  return encoding;
}

/** Version, encoding, and nothing else, in this order and spacing: BagIt 1.0 insists, older versions are read with patience. */
function reportLooseness(lines: readonly string[], version: Field | null, encoding: Field | null, rules: BagRules, findings: FindingSink<BagitCode>): void {
  const add = (message: string): void => {
    findings.add(rules.isStrict ? 'BAGIT_DECLARATION_WRONG' : 'BAGIT_DECLARATION_LOOSE', NAME, message);
  };
  if (version === null || encoding === null) return;
  if (version.line > encoding.line) add('bagit.txt gives the encoding before the version.');
  if (lines.length > 2) add(`bagit.txt has ${lines.length === MAX_LINES ? 'far more' : String(lines.length)} lines instead of two.`);
  for (const { isExact, isSpacedLabel, line } of [version, encoding]) {
    if (isExact || isSpacedLabel) continue;
    const label = line === version.line ? 'BagIt-Version' : 'Tag-File-Character-Encoding';
    // The standard's own examples write "BagIt-version".
    if ((lines[line] ?? '').toLowerCase().startsWith(`${label.toLowerCase()}: `) && !/: \s|\s$/.test(lines[line] ?? '')) {
      findings.add('BAGIT_DECLARATION_LOOSE', NAME, `bagit.txt writes the label "${label}" with other capital letters.`);
    } else add(`bagit.txt has more or less than one space after the colon of "${label}", or white space at the end of the line.`);
  }
}
