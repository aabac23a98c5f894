import { HmsError } from '../contract/index.ts';
import { ruleTrials } from './contracts/index.ts';
import type { ContractPlan } from './contracts/index.ts';
import type { ReadableLake } from './open.ts';
import { QueryProcesses, QuerySession, TRIAL_MS } from './query/index.ts';
import { openScratch } from './transform-world.ts';

const NOTHING = 'Nothing was changed.';

/** Tries every rule in SQL and every pattern on a table without rows: what cannot be asked would refuse every file, and is told before anyone relies on the contract. */
export async function refuseWrongRules(lake: ReadableLake, plan: ContractPlan, signal: AbortSignal, processes?: QueryProcesses): Promise<void> {
  const trials = ruleTrials(plan);
  if (trials.length === 0) return;
  const own = processes ?? new QueryProcesses();
  const process = own.take();
  let session: QuerySession | null = null;
  const scratch = await openScratch(lake);
  try {
    for (const { rule } of trials) if (rule !== null) await told(plan, rule.title, () => process.judge(rule.sql, [plan.name], signal));
    session = new QuerySession(own, { files: [], output: null, temporary: scratch.temporary, process });
    const asked = session;
    for (const { sql, rule, pattern } of trials) {
      await told(plan, rule === null ? pattern : rule.title, async () => {
        for await (const part of asked.select(sql, signal, false, TRIAL_MS)) {
          if (!('rows' in part) && part.columns.length !== 1) throw new HmsError('QUERY_REFUSED', `It gives ${part.columns.length} values.`, { kept: NOTHING });
        }
      });
    }
  } finally {
    await (session ?? process).close();
    await scratch.close();
    if (processes === undefined) await own.close();
  }
}

async function told(plan: ContractPlan, rule: string | { readonly column: string; readonly pattern: string }, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof HmsError) || (error.code !== 'QUERY_REFUSED' && error.code !== 'QUERY_STOPPED')) throw error;
    if (typeof rule === 'string') throw new HmsError('CONTRACT_INVALID', `The rule "${rule}" of ${plan.name} cannot be asked: ${error.message}`, { kept: NOTHING, next: 'A rule is one SELECT over {object} that gives one number.', facts: { rule } });
    throw new HmsError('CONTRACT_INVALID', `The pattern ${rule.pattern} of the column "${rule.column}" cannot be matched: ${error.message}`, { kept: NOTHING, next: 'Write it as RE2 does: github.com/google/re2/wiki/Syntax', facts: { ...rule } });
  }
}
