import { timeFormat } from '../time-format.ts';
import type { TimeFormat } from '../time-format.ts';

/** What a column may be, as far as its values say. Memory does not grow with the file: only a bounded number of different values is kept. */

const MOST_DIFFERENT = 10_000;
const MOST_CHOICES = 12;

/** Formats that are tried, the likelier first; those of day and month that a value may be read in both ways are told apart by the values that can be read in one only. */
const dateFormats = ['yyyy-MM-dd', 'M/d/yyyy', 'd/M/yyyy', 'yyyy/M/d', 'd.M.yyyy', 'M-d-yyyy', 'yyyyMMdd', 'd MMM yyyy', 'd-MMM-yyyy', 'MMM d, yyyy', 'MMM d yyyy', 'M/d/yy', 'd-MMM-yy'];
const timestampFormats = [
  ...["yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SXXX", "yyyy-MM-dd'T'HH:mm:ss.S", "yyyy-MM-dd'T'HH:mmXXX", "yyyy-MM-dd'T'HH:mm", 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ssXXX', 'yyyy-MM-dd HH:mm:ss.S', 'yyyy-MM-dd HH:mm'],
  ...['M/d/yyyy H:mm', 'M/d/yyyy H:mm:ss', 'M/d/yyyy h:mm a', 'M/d/yyyy h:mm:ss a', 'd/M/yyyy H:mm', 'd/M/yyyy H:mm:ss', 'd.M.yyyy H:mm', 'd.M.yyyy H:mm:ss', 'MMM d, yyyy h:mm a'],
];
const timeFormats = ['HH:mm:ss', 'HH:mm', 'H:mm', 'h:mm a', 'h:mm:ss a'];

const compiled = (patterns: readonly string[]): TimeFormat[] => patterns.map(timeFormat).filter((format) => typeof format !== 'string');

/** What a value looks like as a number; a leading zero says that it is a code (`007`, a ZIP code). */
const plainInteger = /^[+-]?(?:0|[1-9]\d{0,18})$/;
const plainNumber = /^[+-]?(?:0|[1-9]\d{0,18})?(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?$/;
const groupedNumber = /^[+-]?\$?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const dollars = /^[+-]?\$\d+(?:\.\d+)?$/;
const leadingZero = /^[+-]?0\d+(?:\.\d+)?$/;

export class ColumnGuess {
  readonly name: string;
  values = 0;
  empty = 0;
  quotedEmpty = 0;
  integers = 0;
  numbers = 0;
  grouped = 0;
  dollar = 0;
  zeros = 0;
  yes = 0;
  longest = 0;
  /** Digits in front of the point and behind it, at most, of what is written without an exponent. */
  whole = 0;
  decimals = 0;
  /** Values with two digits behind the point, as amounts of money have. */
  cents = 0;
  exponents = 0;
  negative = 0;
  maxInteger = 0n;
  /** Values that were seen and are not those of before; null once there are too many to keep. */
  different: Map<string, number> | null = new Map();
  readonly #times = new Map<string, { readonly format: TimeFormat; readonly kind: 'date' | 'timestamp' | 'time'; count: number; first: number }>();
  #open: { readonly format: TimeFormat; readonly kind: 'date' | 'timestamp' | 'time' }[];
  readonly examples: string[] = [];

  constructor(name: string) {
    this.name = name;
    this.#open = [
      ...compiled(dateFormats).map((format) => ({ format, kind: 'date' as const })),
      ...compiled(timestampFormats).map((format) => ({ format, kind: 'timestamp' as const })),
      ...compiled(timeFormats).map((format) => ({ format, kind: 'time' as const })),
    ];
  }

  add(text: string | null): void {
    if (text === null) {
      this.empty++;
      return;
    }
    if (text.trim() === '') this.quotedEmpty++;
    const value = text.trim();
    this.values++;
    if (text.length > this.longest) this.longest = text.length;
    if (this.examples.length < 3 && value !== '' && !this.examples.includes(text)) this.examples.push(text);
    this.#count(text);
    if (plainInteger.test(value)) {
      this.integers++;
      const size = value.replace(/^[+-]/, '');
      if (size.length > 9) {
        const number = BigInt(size);
        if (number > this.maxInteger) this.maxInteger = number;
      }
    }
    if (value !== '' && plainNumber.test(value) && /\d/.test(value)) {
      this.numbers++;
      this.#digits(value);
    } else if (groupedNumber.test(value)) {
      this.grouped++;
      this.#digits(value);
    } else if (dollars.test(value)) this.#digits(value);
    if (dollars.test(value) || (value.includes('$') && groupedNumber.test(value))) this.dollar++;
    if (leadingZero.test(value)) this.zeros++;
    if (/^(?:true|false|yes|no|y|n|t|f)$/i.test(value)) this.yes++;
    this.#time(value);
  }

  #digits(value: string): void {
    if (/e/i.test(value)) {
      this.exponents++;
      return;
    }
    const [whole = '', behind = ''] = value.replaceAll(/[-+$,]/g, '').split('.');
    this.whole = Math.max(this.whole, whole.length);
    this.decimals = Math.max(this.decimals, behind.length);
    if (behind.length === 2) this.cents++;
  }

  #count(text: string): void {
    const { different } = this;
    if (different === null) return;
    const known = different.get(text);
    if (known !== undefined) different.set(text, known + 1);
    else if (different.size >= MOST_DIFFERENT || text.length > 200) this.different = null;
    else different.set(text, 1);
  }

  /** Only what begins like a time is tried, and only in formats that others of the column were not found to contradict for long. */
  #time(value: string): void {
    if (value.length < 4 || value.length > 40 || !/\d/.test(value) || this.#open.length === 0) return;
    for (const candidate of this.#open) {
      if (candidate.format.read(value) === null) continue;
      const key = candidate.format.pattern;
      const known = this.#times.get(key);
      if (known === undefined) this.#times.set(key, { ...candidate, count: 1, first: this.values });
      else known.count++;
    }
    // After a hundred values without a single time the column is no time.
    if (this.values === 100 && this.#times.size === 0) this.#open = [];
    if (this.values === 1_000) this.#open = this.#open.filter(({ format }) => this.#times.has(format.pattern));
  }

  /** Formats in which all values can be read, together: one, or a few of one kind. Null where there are none. */
  time(): { readonly kind: 'date' | 'timestamp' | 'time'; readonly formats: readonly string[] } | null {
    const told = this.values - this.quotedEmpty;
    if (told === 0) return null;
    const whole = [...this.#times.values()].filter(({ count }) => count === told);
    const [best] = whole;
    return best === undefined ? null : { kind: best.kind, formats: [best.format.pattern] };
  }

  /** Whether day and month could be the other way round, in all values alike. */
  isAmbiguous(): boolean {
    const told = this.values - this.quotedEmpty;
    const full = (pattern: string): boolean => this.#times.get(pattern)?.count === told;
    return told > 0 && [['M/d/yyyy', 'd/M/yyyy'], ['M/d/yyyy H:mm', 'd/M/yyyy H:mm'], ['M/d/yyyy H:mm:ss', 'd/M/yyyy H:mm:ss']].some(([a = '', b = '']) => full(a) && full(b));
  }

  /** The few values that it has, the commonest first; null where they are too many, or too rare to be a choice. */
  choices(): string[] | null {
    const { different } = this;
    if (different === null || different.size === 0 || different.size > MOST_CHOICES || this.values < different.size * 5) return null;
    return [...different].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
  }
}
