/** Files for `sure.test.ts` by a seeded generator: most cells are as a tidy program writes them, some are not, and some files are odd in themselves. */

export interface MadeFiles {
  readonly columns: readonly string[];
  readonly files: readonly Uint8Array[];
}

const odd = ['1e5', '+1', '007', '-0', '-0.0', '1_000', '1,000', 'NaN', 'inf', '-inf', 'Infinity', 'null', 'NULL', 'N/A', '0x10', '1.', '.5', '1.50', '00.5', '1e400', '9223372036854775808', '-9223372036854775808', '2147483648', ' 1', '1 ', '\u00a01', '1.234', '123456789012.34', 'true ', 'TRUE', 'Yes', '1899-12-31', '0001-01-01', '0000-12-31', '10000-01-01', '-001-01-01', '2023-02-29', '2024-02-30', '24:00:00', '2024-01-01T24:00:00Z', '2024-12-31T23:59:60Z', '2024-01-01t10:00:00z', '2024-01-01T10:00:00.5Z', '2024-01-01T10:00:00+02:00', '2024-01-01 10:00:00', '2024-01-01 10:00', '01/02/2024', '1/2/2024', '13/01/2024', 'infinity', 'epoch', 'today', '2024-01-01 (BC)', '\u{1f600}e\u0301', 'ﬁ', '\ufeff', '\u2028', "it's", '%', '#', '\\', '\\N', 'a\tb', '𝟙', '١', '-', '', ''];

interface Kind {
  readonly column: string;
  readonly good: (pick: (below: number) => number) => string;
}

const two = (n: number): string => String(n).padStart(2, '0');
const day = (pick: (below: number) => number): string => `${pick(3) === 0 ? '1890' : '2024'}-${two(1 + pick(12))}-${two(1 + pick(28))}`;
const time = (pick: (below: number) => number): string => `${two(pick(24))}:${two(pick(60))}:${two(pick(60))}`;

const kinds: readonly Kind[] = [
  { column: '{name: NAME, logicalType: string}', good: (pick) => ['Model-Z', 'Größe', 'a b', '𝔘', 'x'][pick(5)] as string },
  { column: '{name: NAME, logicalType: string, logicalTypeOptions: {minLength: 1, maxLength: 3}}', good: (pick) => ['ab', '𝔘𝔘𝔘', 'c'][pick(3)] as string },
  { column: "{name: NAME, logicalType: string, logicalTypeOptions: {pattern: '[A-Z]+'}}", good: (pick) => ['AB', 'Z'][pick(2)] as string },
  { column: '{name: NAME, logicalType: integer}', good: (pick) => String(pick(2_000_000) - 1_000_000) },
  { column: '{name: NAME, logicalType: integer, logicalTypeOptions: {format: i32, minimum: -5, exclusiveMaximum: 100, multipleOf: 5}}', good: (pick) => String(5 * pick(20)) },
  { column: '{name: NAME, logicalType: integer, logicalTypeOptions: {minimum: -9007199254740994, exclusiveMaximum: 9007199254740994, multipleOf: 3}}', good: (pick) => String((9_007_199_254_740_993n - BigInt(3 * pick(4))) * (pick(2) === 0 ? 1n : -1n)) },
  { column: "{name: NAME, logicalType: number, physicalType: 'DECIMAL(20,3)', logicalTypeOptions: {minimum: -0.125, exclusiveMaximum: 9007199254740992}}", good: (pick) => `9007199254740991.${pick(1_000)}` },
  { column: '{name: NAME, logicalType: integer, customProperties: [{property: pii, value: {kind: id, mask: hash}}]}', good: (pick) => String(pick(1_000)) },
  { column: "{name: NAME, logicalType: number, physicalType: 'DECIMAL(8,2)', logicalTypeOptions: {maximum: 5000}}", good: (pick) => (pick(500_000) / 100).toFixed(pick(3)) },
  { column: "{name: NAME, logicalType: number, physicalType: 'DECIMAL(3,3)'}", good: (pick) => `0.${pick(10)}` },
  { column: '{name: NAME, logicalType: number}', good: (pick) => (pick(1_000_000) / 997).toFixed(pick(12)) },
  { column: '{name: NAME, logicalType: number, logicalTypeOptions: {format: f32, minimum: 0}}', good: (pick) => (pick(1_000_000) / 997).toFixed(pick(12)) },
  { column: '{name: NAME, logicalType: date}', good: day },
  { column: '{name: NAME, logicalType: date, logicalTypeOptions: {format: MM/dd/yyyy}}', good: (pick) => `${two(1 + pick(12))}/${two(1 + pick(28))}/2024` },
  { column: '{name: NAME, logicalType: date, logicalTypeOptions: {minimum: "1890-01-01"}, customProperties: [{property: pii, value: {kind: birth, mask: generalize, to: year}}]}', good: day },
  { column: '{name: NAME, logicalType: timestamp}', good: (pick) => `${day(pick)}T${time(pick)}Z` },
  { column: "{name: NAME, logicalType: timestamp, logicalTypeOptions: {format: 'yyyy-MM-dd HH:mm:ss', maximum: '2030-01-01 00:00:00'}}", good: (pick) => `${day(pick)} ${time(pick)}` },
  { column: "{name: NAME, logicalType: timestamp, logicalTypeOptions: {format: 'yyyy-MM-dd HH:mm:ss', defaultTimezone: America/New_York}}", good: (pick) => `${day(pick)} ${time(pick)}` },
  { column: '{name: NAME, logicalType: timestamp, customProperties: [{property: pii, value: {kind: seen, mask: generalize, to: month}}]}', good: (pick) => `${day(pick)} ${time(pick)}` },
  { column: '{name: NAME, logicalType: boolean}', good: (pick) => ['true', 'f', '1', 'no'][pick(4)] as string },
  { column: '{name: NAME, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}', good: (pick) => `${100 + pick(800)}-${10 + pick(90)}-${1000 + pick(9000)}ü`.slice(0, 11 + pick(2)) },
  { column: '{name: NAME, logicalType: string, customProperties: [{property: pii, value: {kind: name, mask: redact}}]}', good: (pick) => `P${pick(9)}` },
  { column: '{name: NAME, logicalType: string, customProperties: [{property: pii, value: {kind: zip, mask: generalize, first: 2}}]}', good: (pick) => ['12345', '𝔘𝔘𝔘', 'e\u0301x'][pick(3)] as string },
  { column: '{name: NAME, logicalType: string, customProperties: [{property: pii, value: {kind: mail, mask: none}}]}', good: (pick) => `p${pick(9)}@example.gov` },
  { column: '{name: NAME, logicalType: integer, quality: [{metric: nullValues, mustBeLessThan: 50, unit: percent}, {metric: invalidValues, arguments: {validValues: [1, 2, 3]}, mustBe: 0}]}', good: (pick) => String(1 + pick(3)) },
  { column: "{name: NAME, logicalType: string, quality: [{metric: missingValues, arguments: {missingValues: [null, 'N/A']}, mustBeLessThan: 3}, {type: sql, query: 'SELECT count(*) FROM {object} WHERE length({property}) > 9', mustBe: 0}]}", good: (pick) => `q${pick(9)}` },
  { column: '{name: NAME, logicalType: string, unique: true}', good: (pick) => `u${pick(100_000)}` },
];

/** Whole numbers from 0, the same for the same seed. */
export function picker(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

/** One to five files of the same columns. */
export function madeFiles(seed: number): MadeFiles {
  const pick = picker(seed);
  const chosen = Array.from({ length: 2 + pick(4) }, () => kinds[pick(kinds.length)] as Kind);
  const files = Array.from({ length: 1 + pick(5) }, () => madeFile(chosen, pick));
  return { columns: chosen.map(({ column }, i) => column.replaceAll('NAME', `h${i}`)), files };
}

function madeFile(chosen: readonly Kind[], pick: (below: number) => number): Uint8Array {
  const isOdd = pick(2) === 0;
  const quotes = pick(3);
  const cell = ({ good }: Kind): string => {
    const value = isOdd && pick(12) === 0 ? (odd[pick(odd.length)] as string) : pick(15) === 0 ? '' : good(pick);
    return quotes === 2 || /[",]/.test(value) || (quotes === 1 && pick(3) === 0) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  // Programs that send the same columns need not send them in one order.
  const order = [...chosen.keys()];
  if (pick(5) === 0) order.reverse();
  const lines = [order.map((i) => `h${i}`).join(','), ...Array.from({ length: 1 + pick(7) }, () => order.map((i) => cell(chosen[i] as Kind)).join(','))];
  const end = pick(4) === 0 ? '\r\n' : '\n';
  let text = lines.join(end) + (pick(4) === 0 ? '' : end);
  if (pick(4) === 0) text = hurt(text, pick);
  const bytes = Buffer.concat([pick(8) === 0 ? Buffer.from('\ufeff') : Buffer.alloc(0), Buffer.from(text)]);
  if (pick(25) === 0) bytes[pick(bytes.length)] = [0, 0xff, 0xc3, 13, 10, 34, 0x80][pick(7)] as number;
  return bytes;
}

const intruders = ['"', '""', ',', '\n', '\r', '\r\n', '\n\n', ' ', ' "', '" ', '\\', '\u0000', ',,', '\ufeff', '#', "'", '\t', ';', '"\n', '\n"', ',"",'];

function hurt(text: string, pick: (below: number) => number): string {
  const at = pick(text.length + 1);
  return `${text.slice(0, at)}${intruders[pick(intruders.length)] as string}${text.slice(at + pick(2))}`;
}
