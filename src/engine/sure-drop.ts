import { HmsError } from '../contract/index.ts';
import type { ErrorCode } from '../contract/index.ts';
import { asking } from './contract-pass.ts';
import { answers, ROWS } from './contracts/index.ts';
import type { ContractPlan } from './contracts/index.ts';
import type { QuerySession } from './query/index.ts';
import type { SureFile } from './sure-file.ts';

/** What a statement over a file fails with where a value is in doubt, and where there is more than it can do: then the rows are read one by one, which says what is wrong with them. */
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

/** Gives the session the table `name` of a file's fields, and asks whether all that needs every row holds. What the rows are is seen when they are written. */
export async function holdsOfAll({ table, rows, count }: SureFile, name: string, plan: ContractPlan, session: QuerySession, signal: AbortSignal): Promise<boolean> {
  await session.table({ ...table, name }, signal);
  const { counts, asked } = rows;
  if (counts === null && asked === null) return true;
  const holds = await unlessInDoubt(async () => {
    const questions = asking(session, signal);
    if (counts !== null) {
      const [found = []] = await questions.ask(counts.sql(name));
      if (!counts.hold(found.map(Number), count)) return false;
    }
    if (asked === null) return true;
    // Under both names, by which rules are judged; what they ask is made of the fields.
    for (const one of [ROWS, plan.name]) await session.table({ ...table, name: one }, signal);
    const over = asked(name);
    const ask = (sql: string): ReturnType<typeof questions.ask> => questions.ask(`WITH ${over}${sql.startsWith('WITH ') ? `, ${sql.slice('WITH '.length)}` : ` ${sql}`}`);
    return (await answers(plan, count, { ...questions, ask })).length === 0;
  });
  return holds === true;
}
