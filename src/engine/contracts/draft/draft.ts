import { ContractName } from '../../../contract/index.ts';
import type { RowFile } from '../check/rows.ts';
import type { SourceFormat } from '../odcs.ts';
import { ColumnGuess } from './guess.ts';
import { PersonalTally } from './personal.ts';
import { draftText } from './write.ts';
import type { DraftColumn } from './write.ts';

/** A contract guessed from one file, for a person to finish. */

export interface DraftFile {
  /** Its name, without folder. */
  readonly name: string;
  readonly format: SourceFormat;
  readonly delimiter: string | null;
  readonly quote: string | null;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | null;
}

export interface ContractDraft {
  /** YAML with comments that say why. */
  readonly text: string;
  readonly name: ContractName;
  readonly rows: number;
  readonly columns: readonly DraftColumn[];
}

const MOST_COLUMNS = 2_000;

/** Reads the whole file once, and writes what it may be. Throws a RangeError where it has no columns or too many; the sentence says so. */
export async function draftContract(file: DraftFile, rows: RowFile, wish: { readonly name?: ContractName; readonly pause: () => Promise<void> }): Promise<ContractDraft> {
  const guesses: { readonly guess: ColumnGuess; readonly personal: PersonalTally; readonly since: number }[] = [];
  let count = 0;
  await rows.read((row) => {
    while (guesses.length < rows.names.length) {
      if (guesses.length >= MOST_COLUMNS) throw new RangeError(`The file has more than ${MOST_COLUMNS.toLocaleString('en-US')} columns.`);
      guesses.push({ guess: new ColumnGuess(rows.names[guesses.length] as string), personal: new PersonalTally(), since: count });
    }
    count++;
    for (let place = 0; place < guesses.length; place++) {
      const { guess, personal } = guesses[place] as (typeof guesses)[number];
      const value = row.value(place);
      guess.add(value);
      if (value !== null) personal.add(value);
    }
  }, wish.pause);
  while (guesses.length < rows.names.length && guesses.length < MOST_COLUMNS) guesses.push({ guess: new ColumnGuess(rows.names[guesses.length] as string), personal: new PersonalTally(), since: 0 });
  if (guesses.length === 0) throw new RangeError('The file is empty: it has no header and no rows.');
  const name = wish.name ?? nameFor(file.name);
  const taken = new Set(['program_id']);
  const headers = new Set<string>();
  const columns: DraftColumn[] = [];
  for (const { guess, personal, since } of guesses) {
    // The second of two columns with the same header cannot be told from the first.
    if (headers.has(guess.name)) continue;
    headers.add(guess.name);
    guess.empty += since;
    columns.push(columnOf(guess, personal, count, freeName(guess.name, taken)));
  }
  const keys = columns.filter((column) => column.isUnique);
  return { text: draftText(file, name, count, columns, keys), name, rows: count, columns };
}

function columnOf(guess: ColumnGuess, personal: PersonalTally, rows: number, name: string): DraftColumn {
  const { values, empty, different, examples } = guess;
  const found = personal.guess(guess.name);
  const told = values - guess.quotedEmpty;
  const isUnique = rows > 1 && empty === 0 && guess.quotedEmpty === 0 && different !== null && different.size === rows;
  const type = typeOf(guess, told);
  const choices = type.logicalType === 'string' && found === null && guess.quotedEmpty === 0 ? guess.choices() : null;
  const tooMany = different === null;
  return { name, header: guess.name, ...type, rows, empty: empty + (type.logicalType === 'string' ? 0 : guess.quotedEmpty), required: rows > 0 && empty === 0 && (type.logicalType === 'string' || guess.quotedEmpty === 0), isUnique, tooManyValues: tooMany, choices, personal: found, examples: found === null ? examples.map((text) => text.slice(0, 60)) : [] };
}

type Typed = Pick<DraftColumn, 'logicalType' | 'physicalType' | 'options' | 'extras' | 'why'>;

/** Digits of a decimal that is guessed: as many as 64 bits hold, or all that there can be. */
const [USUAL_DIGITS, MOST_DIGITS] = [18, 38];

function typeOf(guess: ColumnGuess, told: number): Typed {
  const plain = (why: string, logicalType: DraftColumn['logicalType'] = 'string', options: Readonly<Record<string, unknown>> = {}, extras: Readonly<Record<string, unknown>> = {}): Typed => ({ logicalType, physicalType: null, options, extras, why });
  if (told === 0) return plain('no row of this file has a value, so its type is not known');
  if (guess.zeros > 0 && guess.zeros + guess.numbers >= told) return plain('the values are digits with zeros in front, which a number would lose');
  const time = guess.time();
  if (time !== null && !(guess.integers === told && time.formats[0] === 'yyyyMMdd')) {
    const isIso = ['yyyy-MM-dd', 'HH:mm:ss'].includes(time.formats[0] ?? '') || (time.kind === 'timestamp' && (time.formats[0] ?? '').startsWith('yyyy-MM-dd'));
    const ambiguous = guess.isAmbiguous() ? '; the day could also stand before the month: ask who made the file' : '';
    return plain(`all values can be read so${ambiguous}`, time.kind, isIso && time.formats[0] === 'yyyy-MM-dd' ? {} : { format: time.formats[0] });
  }
  if (guess.integers === told) {
    if (guess.maxInteger > 9_223_372_036_854_775_807n) return plain('the values are numbers too large for 64 bits');
    return plain('all values are whole numbers', 'integer', { format: 'i64' });
  }
  if (guess.numbers === told) return guess.cents === told ? asDecimal(guess, 'all values are numbers with two digits behind the point, as amounts of money are', {}) : plain('all values are numbers', 'number', { format: 'f64' });
  if (guess.numbers + guess.grouped + guess.dollar >= told && guess.grouped + guess.dollar > 0 && guess.numbers + guess.grouped >= told - guess.dollar) {
    return asDecimal(guess, 'all values are numbers, with commas between thousands or a dollar sign', { numberFormat: { decimal: '.', group: ',', ...(guess.dollar > 0 ? { prefix: '$' } : {}) } });
  }
  if (guess.yes === told) return plain('all values say yes or no', 'boolean');
  return plain(guess.numbers > 0 ? `${guess.numbers.toLocaleString('en-US')} of ${told.toLocaleString('en-US')} values are numbers, the others are not` : 'the values are words');
}

/** Money is counted, not measured: each digit stands as it was written. Cents are left room for where the file has none. */
function asDecimal({ whole, decimals, dollar, exponents }: ColumnGuess, why: string, extras: Readonly<Record<string, unknown>>): Typed {
  const scale = dollar > 0 ? Math.max(2, decimals) : decimals;
  const precision = whole + scale <= USUAL_DIGITS ? USUAL_DIGITS : MOST_DIGITS;
  if (exponents > 0 || whole + scale > MOST_DIGITS) return { logicalType: 'number', physicalType: null, options: { format: 'f64' }, extras, why };
  return { logicalType: 'number', physicalType: `DECIMAL(${precision},${scale})`, options: {}, extras, why: `${why}; kept exactly, with ${scale} ${scale === 1 ? 'digit' : 'digits'} behind the point` };
}

/** `Cost Total $` → `cost_total`; always a name that a column can have, and that none has yet. */
function freeName(header: string, taken: Set<string>): string {
  const base = plainName(header, 'column');
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base.slice(0, 58)}_${n}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function nameFor(file: string): ContractName {
  return plainName(file.replace(/\.gz$/i, '').replace(/\.[^.]*$/, '').replace(/[-_ ]?\d{4}[-_ ]?\d\d(?:[-_ ]?\d\d)?$/, ''), 'table') as ContractName;
}

function plainName(text: string, otherwise: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 60)
    .replace(/_+$/, '');
  const name = plain === '' ? otherwise : /^[a-z]/.test(plain) ? plain : `${otherwise.charAt(0)}_${plain}`;
  return ContractName.safeParse(name).success ? name : `${otherwise}_${name}`;
}
