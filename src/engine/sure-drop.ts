import { HmsError } from '../contract/index.ts';
import type { ErrorCode } from '../contract/index.ts';
import { asking } from './contract-pass.ts';
import { answers, ROWS } from './contracts/index.ts';
import type { ContractPlan } from './contracts/index.ts';
import type { QuerySession } from './query/index.ts';
import type { SureFile } from './sure-file.ts';

/** What a statement over files fails with where a value is in doubt, and where there is more than it can do: then the rows are read one by one, which says what is wrong with them. */
const doubting: ReadonlySet<ErrorCode> = new Set(['QUERY_REFUSED', 'QUERY_STOPPED', 'QUERY_FAILED']);

/** What `work` answers; null where a value is in doubt. What DuckDB says of it is told nobody: it repeats lines of the file. */
export async function unlessInDoubt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HmsError && doubting.has(error.code)) return null;
    throw error;
  }
}

export interface SureDesk {
  readonly session: QuerySession;
  readonly signal: AbortSignal;
}

/** Files that one statement reads as one table: of the same form, under the same contract. */
export type SureFiles = readonly [SureFile, ...SureFile[]];

/** Divides things by the form of their files; what `keyOf` says keeps them apart too. */
export function byForm<T>(things: readonly T[], fileOf: (thing: T) => SureFile, keyOf: (thing: T) => string = () => ''): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const thing of things) {
    const key = `${keyOf(thing)} ${fileOf(thing).form}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return [...groups.values()];
}

/** Gives the session the table `name` of the fields of all files. */
export async function showFiles(files: SureFiles, name: string, { session, signal }: SureDesk): Promise<void> {
  await session.table({ ...files[0].table, file: files.map(({ path }) => path), name }, signal);
}

/** Whether rows of files under a contract can be written before anything was asked of them. */
export function asksNothing({ rows }: SureFile): boolean {
  return !rows.hasRules && rows.asked === null;
}

/** Those of the files all of whose values are beyond doubt, and of which all holds that has to be asked. What is asked is asked of all of them at once, where it can be. */
export async function sureOf(files: SureFiles, name: string, plan: ContractPlan, desk: SureDesk): Promise<readonly SureFile[]> {
  const [{ rows: { judged, asked } }] = files;
  const numbers = await unlessInDoubt(async () => {
    await showFiles(files, name, desk);
    return numbersOf(desk, judged.sql(name));
  });
  // DuckDB fails on one of them, for itself or for all: the halves are asked, so that one file costs the others little.
  if (numbers === null) return files.length === 1 ? [] : [...(await sureOfHalf(files, 0, name, plan, desk)), ...(await sureOfHalf(files, 1, name, plan, desk))];
  const sure = files.filter((file) => judged.hold(numbers.get(file.path) ?? [], file.count));
  if (asked === null || !isSome(sure)) return sure;
  if (asked.questions === null) return eachOf(sure, name, plan, desk);
  let held: readonly SureFile[] = sure;
  await showFiles(sure, name, desk);
  for (const { sql, holds } of asked.questions) {
    const counts = await unlessInDoubt(() => numbersOf(desk, `WITH ${asked.rows(name)} ${sql}`));
    // What DuckDB cannot do for all of them is asked of one at a time.
    if (counts === null) return eachOf(sure, name, plan, desk);
    held = held.filter(({ path, count }) => holds(counts.get(path)?.[0] ?? 0, count));
  }
  return held;
}

function isSome(files: readonly SureFile[]): files is SureFiles {
  return files.length > 0;
}

function sureOfHalf(files: SureFiles, which: 0 | 1, name: string, plan: ContractPlan, desk: SureDesk): Promise<readonly SureFile[]> {
  const middle = files.length >> 1;
  const half = which === 0 ? files.slice(0, middle) : files.slice(middle);
  return isSome(half) ? sureOf(half, name, plan, desk) : Promise.resolve([]);
}

async function eachOf(files: readonly SureFile[], name: string, plan: ContractPlan, desk: SureDesk): Promise<SureFile[]> {
  const held: SureFile[] = [];
  for (const file of files) if (await holdsOfAll(file, name, plan, desk)) held.push(file);
  return held;
}

/** Asks all that needs every row of one file. */
async function holdsOfAll(file: SureFile, name: string, plan: ContractPlan, desk: SureDesk): Promise<boolean> {
  const { session, signal } = desk;
  const { asked } = file.rows;
  if (asked === null) return true;
  const found = await unlessInDoubt(async () => {
    // Under these names too, by which rules are judged; what they ask is made of the fields.
    for (const one of [name, ROWS, plan.name]) await showFiles([file], one, desk);
    const questions = asking(session, signal, 'line');
    const over = asked.rows(name);
    const ask = (sql: string): ReturnType<typeof questions.ask> => questions.ask(`WITH ${over}${sql.startsWith('WITH ') ? `, ${sql.slice('WITH '.length)}` : ` ${sql}`}`);
    return answers(plan, file.count, { ...questions, ask });
  });
  return found?.length === 0;
}

/** Rows of a file and numbers, by the file. */
async function numbersOf({ session, signal }: SureDesk, sql: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const rows = await asking(session, signal, 'line').ask(sql);
  return new Map(rows.map(([file, ...numbers]) => [String(file), numbers.map(Number)]));
}
