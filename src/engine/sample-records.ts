/**
 * The sample records: two files of wildfire sensor readings of July 2024, made up and the same bytes on every machine. Only whole numbers are calculated with,
 * because fractions may come out differently elsewhere. Together they have exactly 6,102,144 bytes.
 */

export interface SampleFile {
  readonly name: string;
  readonly content: () => Generator<Uint8Array>;
}

/** Columns of the files; resources/sample/README.md explains them. */
export const SAMPLE_COLUMNS = ['timestamp', 'station', 'temp', 'humidity', 'pm25', 'wind', 'wind_dir', 'pressure', 'battery', 'note'] as const;

/** What the second version keeps of them. */
export const SAMPLE_TRIM = ['timestamp', 'temp', 'pm25'] as const;

const START = Date.UTC(2024, 6, 1);
const STEP_MS = 600_000;
const STEPS_A_DAY = 144;
const STATIONS = 12;

/** Tenths of a degree around the day's mean, by hour UTC; it is hottest at 22:00 UTC, mid-afternoon where the stations are. */
const TEMP_OF_HOUR = [72, 58, 41, 22, 4, -12, -26, -38, -49, -58, -66, -73, -79, -82, -76, -58, -34, -8, 19, 43, 62, 76, 84, 82] as const;
/** Mean of each day, tenths of a degree: a heat wave, then the wind turns. */
const TEMP_OF_DAY = [212, 224, 241, 263, 278, 286, 291, 288, 281, 274, 266, 259, 262, 270, 279, 288, 295, 301, 304, 299, 290, 282, 277, 268, 251, 236, 228, 224, 231, 239, 244] as const;

interface Network {
  readonly name: string;
  /** First reading; milliseconds since 1970. */
  readonly start: number;
  readonly letter: string;
  readonly seed: number;
  /** Lines without the title: one of each station every ten minutes. */
  readonly readings: number;
  /** Number of the reading at which smoke arrives, and how thick it gets (tenths of µg/m³). */
  readonly smoke: { readonly from: number; readonly most: number };
  /** What stands behind some readings: number of the reading, station, words. */
  readonly notes: readonly (readonly [step: number, station: number, words: string])[];
}

const networks: readonly Network[] = [
  {
    name: 'sensorA.csv',
    start: START,
    letter: 'A',
    seed: 20240701,
    readings: 31 * STEPS_A_DAY * STATIONS,
    smoke: { from: 20 * STEPS_A_DAY + 40, most: 1480 },
    notes: [
      [4 * STEPS_A_DAY + 27, 4, 'fireworks nearby'],
      [12 * STEPS_A_DAY + 88, 7, 'filter changed'],
      [22 * STEPS_A_DAY + 12, 2, 'ash on the intake'],
    ],
  },
  {
    name: 'sensorB.csv',
    start: START,
    letter: 'B',
    seed: 20240702,
    readings: (26 * STEPS_A_DAY + 58) * STATIONS + 8,
    smoke: { from: 19 * STEPS_A_DAY + 120, most: 4160 },
    notes: [
      [7 * STEPS_A_DAY + 61, 9, 'battery replaced'],
      [24 * STEPS_A_DAY + 20, 0, 'crew withdrawn'],
      [26 * STEPS_A_DAY + 58, 7, 'evacuated; no reading after this one'],
    ],
  },
];

export const sampleFiles: readonly SampleFile[] = networks.map((network) => ({ name: network.name, content: () => pieces(network) }));

/** Readings of a fire of the summer before: five days of August 2023, in the same columns. */
export const earlierFire: SampleFile = {
  name: 'sensorC.csv',
  content: () =>
    pieces({
      name: 'sensorC.csv',
      start: Date.UTC(2023, 7, 16),
      letter: 'C',
      seed: 20230816,
      readings: 5 * STEPS_A_DAY * STATIONS,
      smoke: { from: STEPS_A_DAY + 30, most: 2210 },
      notes: [[2 * STEPS_A_DAY + 14, 5, 'wind turned; crew on the ridge']],
    }),
};

/** Text in pieces of about 64 KiB. */
function* pieces(network: Network): Generator<Uint8Array> {
  let held = `${SAMPLE_COLUMNS.join(',')}\n`;
  for (const row of rows(network)) {
    held += row;
    if (held.length < 65_536) continue;
    yield Buffer.from(held);
    held = '';
  }
  if (held !== '') yield Buffer.from(held);
}

function* rows({ start, letter, seed, readings, smoke, notes }: Network): Generator<string> {
  const random = numbers(seed);
  const drift = new Array<number>(STATIONS).fill(0);
  const words = new Map(notes.map(([step, station, text]) => [step * STATIONS + station, text]));
  for (let reading = 0; reading < readings; reading++) {
    const [step, station] = [Math.trunc(reading / STATIONS), reading % STATIONS];
    const timestamp = `${new Date(start + step * STEP_MS).toISOString().slice(0, 19)}Z`;
    drift[station] = Math.trunc(((drift[station] ?? 0) * 15) / 16) + (random() % 7) - 3;
    const temp = dayTemp(step) - station * 4 + (drift[station] ?? 0);
    const humidity = Math.min(96, Math.max(6, 88 - Math.trunc((temp * 19) / 100) + (random() % 9)));
    const wind = 12 + Math.trunc(Math.max(0, temp - 200) / 6) + (random() % 28);
    const direction = (225 + station * 7 + (random() % 60) - 30) % 360;
    const pm25 = 38 + (random() % 60) + thickness(step - station * 2 - smoke.from, smoke.most, random());
    const pressure = 8430 - station * 22 - Math.trunc(dayTemp(step) / 9) + (random() % 5);
    const battery = 412 - Math.trunc(step / 160) - (station % 3) * 4;
    const note = words.get(reading) ?? '';
    yield `${timestamp},WFS-${letter}${String(station + 1).padStart(2, '0')},${decimal(temp, 1)},${humidity},${decimal(pm25, 1)},${decimal(wind, 1)},${direction},${decimal(pressure, 1)},${decimal(battery, 2)},${note}\n`;
  }
}

/** Between two hours and two days in a straight line. */
function dayTemp(step: number): number {
  const [day, hour, part] = [Math.trunc(step / STEPS_A_DAY), Math.trunc((step % STEPS_A_DAY) / 6), step % 6];
  const now = TEMP_OF_HOUR[hour] ?? 0;
  const next = TEMP_OF_HOUR[(hour + 1) % 24] ?? 0;
  const today = TEMP_OF_DAY[day] ?? 240;
  const tomorrow = TEMP_OF_DAY[day + 1] ?? today;
  return today + Math.trunc(((tomorrow - today) * (step % STEPS_A_DAY)) / STEPS_A_DAY) + now + Math.trunc(((next - now) * part) / 6);
}

/** Smoke grows over two days from where it arrives, thins out by day and comes back with the evening's calm. */
function thickness(since: number, most: number, chance: number): number {
  if (since < 0) return 0;
  const grown = Math.min(since, 2 * STEPS_A_DAY);
  const calm = [8, 9, 10, 10, 9, 8, 7, 6, 5, 4, 4, 5][Math.trunc((since % STEPS_A_DAY) / 12)] ?? 5;
  return Math.trunc((most * grown * calm) / (2 * STEPS_A_DAY * 10)) + (chance % (20 + Math.trunc(most / 8)));
}

function decimal(value: number, digits: 1 | 2): string {
  const unit = 10 ** digits;
  const whole = Math.trunc(Math.abs(value) / unit);
  return `${value < 0 ? '-' : ''}${whole}.${String(Math.abs(value) % unit).padStart(digits, '0')}`;
}

/** Mulberry32: whole numbers from 0 to 2^31 − 1, the same row of them for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 1;
  };
}

/** Pieces one by one, with room between them. */
export async function* later(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    // Other requests are answered between two pieces.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
