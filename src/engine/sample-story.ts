import type { DatasetId, LogicalPath, OnProgress, ProgramId, Tag } from '../contract/index.ts';
import { publishContract } from './contracting.ts';
import { defineCube } from './cube-defining.ts';
import { refreshCube } from './cube-refreshing.ts';
import { addAlias, addTag, describeDataset, withdrawVersion } from './datasets/index.ts';
import { commit, put } from './drafting.ts';
import { normalizeWaiting } from './normalizing.ts';
import type { WritableLake } from './open.ts';
import type { QueryProcesses } from './query/index.ts';
import type { Receiving } from './receiving.ts';
import { dailyReport } from './sample-daily.ts';
import { seatBeltDrops } from './sample-drops.ts';
import { earlierFire, later, SAMPLE_TRIM, sampleFiles } from './sample-records.ts';
import { SAMPLE_CONTRACT, SAMPLE_CUBE } from './sample-texts.ts';
import { prepareTransform } from './transforming.ts';
import type { TransformSpec } from './transforms/index.ts';

/** What happens in the sample year: wildfires and seat belts, from August 2023 to July 2024. Every act is done by the parts of the engine that do it for people; only its time is told. */

export interface Scene {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly play: (stage: Stage) => Promise<unknown>;
}

export interface Stage {
  readonly lake: WritableLake;
  readonly receiving: Receiving;
  readonly processes: QueryProcesses;
  readonly signal: AbortSignal;
}

export const STORY_BEGIN = Date.UTC(2023, 7, 1, 13);

const MINUTE_MS = 60_000;
const DAILY = 'WF-DAILY' as DatasetId;
const SMOKE = 'WF-SMOKE' as DatasetId;
const EARLIER = 'WF-2023-08' as DatasetId;
const WILDFIRE = 'WF-2024-07' as DatasetId;
const quiet: OnProgress = () => undefined;

/** All scenes in the order of their times. */
export function sampleStory(): Scene[] {
  return [...seatBelts(), ...dailyReports(), ...fires()].sort((a, b) => a.at - b.at);
}

/** From this on the cube is refreshed when drops are normalized: once in four weeks, in July every second week, and after the last drop. Before, that is done once in thirteen weeks. */
const CUBE_SINCE = Date.UTC(2024, 3, 24, 20);
const JULY = Date.UTC(2024, 6, 1);

function seatBelts(): Scene[] {
  const drops = seatBeltDrops();
  const scenes: Scene[] = [
    { at: Date.UTC(2023, 7, 1, 15), play: ({ lake, signal, processes }) => publishContract(lake, Buffer.from(SAMPLE_CONTRACT), { major: false, signal, processes }) },
    { at: CUBE_SINCE, play: ({ lake, signal, processes }) => defineCube(lake, Buffer.from(SAMPLE_CUBE), { signal, processes }) },
    { at: CUBE_SINCE + 20 * MINUTE_MS, play: ({ lake, signal, processes }) => refreshCube(lake, 'car_seatbelt_c_90d', { signal, processes }) },
  ];
  for (const { program, name, at, content } of drops) scenes.push({ at, play: ({ receiving }) => send(receiving, program, name, content) });
  const weeks = [...new Set(drops.map(({ at }) => at))];
  const isDue = (at: number, week: number): boolean => at > CUBE_SINCE ? week % (at < JULY ? 4 : 2) === (at < JULY ? 2 : 0) || week === weeks.length - 1 : week % 13 === 11;
  for (const at of weeks.filter(isDue)) scenes.push({ at: at + 30 * MINUTE_MS, play: normalize });
  // Program 7 sends a column that the contract does not know, and two days later the same tests without it. Program 12 sends a file twice.
  const [odd] = drops.filter(({ program }) => program === 7).slice(-1);
  const twice = drops.findLast(({ program, at }) => program === 12 && at < Date.UTC(2024, 5, 20));
  if (odd !== undefined) {
    const name = odd.name.replace('.csv', '_b.csv');
    const lines = odd.content.trimEnd().split('\n').map((line) => line.replace('Model-K', 'Model-L'));
    const surprise = lines.map((line, i) => `${line},${i === 0 ? 'airbag_code' : `AB-${i % 7}`}\n`).join('');
    scenes.push({ at: odd.at + 15 * MINUTE_MS, play: ({ receiving }) => send(receiving, 7, name, surprise) });
    scenes.push({ at: odd.at + 2 * 1_440 * MINUTE_MS, play: ({ receiving }) => send(receiving, 7, name, lines.map((line) => `${line}\n`).join('')) });
  }
  if (twice !== undefined) scenes.push({ at: twice.at + 5 * MINUTE_MS, play: ({ receiving }) => send(receiving, 12, twice.name, twice.content) });
  return scenes;
}

/** What would leave the story without its end is told at once; a drop that is quarantined belongs to it. */
async function normalize({ lake, signal, processes }: Stage): Promise<void> {
  const { held, cubes } = await normalizeWaiting(lake, { signal, onProgress: quiet, processes });
  for (const one of [...held, ...cubes]) if ('error' in one) throw one.error;
}

async function send(receiving: Receiving, program: number, name: string, content: string): Promise<void> {
  await receiving.enter({ program: program as ProgramId, sender: program === 12 ? 'Seat-belt rigs' : 'Supplier tests', contract: null }, await receiving.stage(name, later([Buffer.from(content)])));
}

function dailyReports(): Scene[] {
  const months = Array.from({ length: 11 }, (_, i) => ({ year: i < 5 ? 2023 : 2024, month: ((7 + i) % 12) + 1 }));
  const scenes: Scene[] = months.map(({ year, month }) => {
    const words = `Reports of ${new Date(Date.UTC(year, month - 1, 1)).toLocaleString('en-US', { month: 'long', timeZone: 'UTC' })} ${year}`;
    // One station was set up wrongly in October; that is found later.
    const wrong = month === 10 ? 'WFS-A03' : null;
    return { at: Date.UTC(year, month, 2, 14, 5), play: (stage) => version(stage, DAILY, [dailyReport(year, month, wrong)], words, ['raw']) };
  });
  const smoke: TransformSpec = { name: 'csv_filter', where: 'CAST(pm25_mean AS DOUBLE) > 35' };
  scenes.push(
    { at: Date.UTC(2023, 8, 2, 14, 20), play: ({ lake }) => describeDataset(lake, DAILY, { title: 'Daily reports of the wildfire stations', subject: 'Made-up readings, for looking around' }) },
    { at: Date.UTC(2023, 8, 2, 14, 25), play: ({ lake }) => addAlias(lake, DAILY, 'WILDFIRE-DAILY' as DatasetId) },
    { at: Date.UTC(2023, 10, 14, 19, 40), play: (stage) => version(stage, DAILY, [dailyReport(2023, 10)], 'October again: WFS-A03 had reported degrees Fahrenheit', ['raw', 'corrected']) },
    { at: Date.UTC(2023, 10, 14, 19, 50), play: ({ lake }) => withdrawVersion(lake, { dataset: DAILY, version: 3 }, 'WFS-A03 reported degrees Fahrenheit in October; version 4 has them in Celsius') },
    { at: Date.UTC(2023, 11, 5, 16), play: (stage) => transform(stage, `${DAILY}:v5`, smoke, 'Days above 35 µg/m³, season of 2023', ['season-2023'], SMOKE) },
    { at: Date.UTC(2023, 11, 5, 16, 10), play: ({ lake }) => describeDataset(lake, SMOKE, { title: 'Days with smoke', subject: 'Station days above 35 µg/m³ of fine particles' }) },
    { at: Date.UTC(2024, 0, 18, 15), play: ({ lake }) => addTag(lake, { dataset: SMOKE, version: 1 }, 'annual-report' as Tag) },
    { at: Date.UTC(2024, 6, 9, 15), play: (stage) => transform(stage, `${DAILY}:v12`, smoke, 'Days above 35 µg/m³, with June 2024', ['season-2024'], SMOKE) },
  );
  return scenes;
}

function fires(): Scene[] {
  const crew = { name: 'crew_log.txt', content: 'Aug 17 06:10 Ridge crew, 8 people, call back 555-0142\nAug 18 21:30 Wind turned; crew moved, call back 555-0117\nAug 21 09:00 Fire held at the creek; crew released\n' };
  const phones: TransformSpec = { name: 'redact_text', find: { pattern: String.raw`\b555-\d{4}\b` }, files: [crew.name as LogicalPath] };
  const trim: TransformSpec = { name: 'csv_trim', columns: SAMPLE_TRIM };
  return [
    { at: Date.UTC(2023, 7, 22, 13, 30), play: (stage) => version(stage, EARLIER, [earlierFire, crew], 'Sensor dump and crew log of the Cedar Creek fire', ['raw']) },
    { at: Date.UTC(2023, 7, 22, 13, 40), play: ({ lake }) => describeDataset(lake, EARLIER, { title: 'Cedar Creek fire, August 2023', subject: 'Made-up readings, for looking around' }) },
    { at: Date.UTC(2023, 7, 22, 13, 45), play: ({ lake }) => addAlias(lake, EARLIER, 'CEDAR-CREEK' as DatasetId) },
    { at: Date.UTC(2023, 7, 29, 17), play: (stage) => transform(stage, `${EARLIER}:v1`, trim, 'Removed unused columns', ['clean']) },
    { at: Date.UTC(2024, 1, 6, 18), play: (stage) => transform(stage, `${EARLIER}:v2`, phones, 'Telephone numbers removed for a FOIA request', ['released', 'foia-2024-0031']) },
    // The evening of July 31 in the United States.
    { at: Date.UTC(2024, 7, 1, 0, 30), play: (stage) => version(stage, WILDFIRE, sampleFiles, 'Initial sensor dump', ['raw']) },
    { at: Date.UTC(2024, 7, 1, 0, 40), play: ({ lake }) => describeDataset(lake, WILDFIRE, { title: 'Wildfire sensors, July 2024', subject: 'Made-up readings, for looking around' }) },
    { at: Date.UTC(2024, 7, 1, 1), play: (stage) => transform(stage, `${WILDFIRE}:v1`, trim, 'Removed unused columns', ['clean']) },
  ];
}

interface File {
  readonly name: string;
  readonly content: string | (() => Iterable<Uint8Array>);
}

async function version({ lake, signal }: Stage, dataset: DatasetId, files: readonly File[], message: string, tags: readonly string[]): Promise<void> {
  const sources = files.map(({ name, content }) => ({ kind: 'stream' as const, as: name as LogicalPath, mtime: null, stream: later(typeof content === 'string' ? [Buffer.from(content)] : content()) }));
  await put(lake, dataset, sources, { signal, onProgress: quiet, inline: true });
  await commit(lake, dataset, { message, tags: tags as readonly Tag[], signal });
}

async function transform({ lake, signal, processes }: Stage, source: string, spec: TransformSpec, message: string, tags: readonly string[], into?: DatasetId): Promise<void> {
  const made = await prepareTransform(lake, source, spec, { signal, onProgress: quiet, processes, ...(into === undefined ? {} : { into }) });
  await made.commit({ message, tags: tags as readonly Tag[] });
}
