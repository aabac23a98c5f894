import { CANCELLED } from './interrupt.ts';

/** What went wrong, as it is shown and as `--json` gives it. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  /** What was kept, and what to do next. */
  readonly kept: string | null;
  readonly next: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly exit: number;
  /** Where in the program; shown with HMS_DEBUG=1. */
  readonly stack: string | null;
}

/** Exit code of a bug (EX_SOFTWARE of sysexits.h): none of the codes that a script may count on. */
const BUG = 70;

/** A command line that cannot be understood. */
export function usageTrouble(message: string, next: string): Trouble {
  return { code: 'USAGE', message, kept: null, next, facts: {}, exit: 2, stack: null };
}

/** Puts any error into words. */
export async function troubleOf(thrown: unknown): Promise<Trouble> {
  const { CancelledError, HmsError } = await import('../contract/index.ts');
  const { inWords } = await import('../engine/lake/index.ts');
  const error: unknown = await inWords('The command', 'What it had done before was kept.', () => Promise.reject<unknown>(thrown as Error)).catch((reason: unknown) => reason);
  const stack = thrown instanceof Error ? (thrown.stack ?? null) : null;
  if (error instanceof HmsError) {
    const { code, message, kept = null, next = null, facts, exitCode: exit } = error;
    return { code, message, kept, next, facts, exit, stack };
  }
  if (error instanceof CancelledError) return { code: 'CANCELLED', message: error.message, kept: error.kept, next: null, facts: {}, exit: CANCELLED, stack };
  return bug(error, stack);
}

function bug(error: unknown, stack: string | null): Trouble {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'BUG',
    message: `The program met something that it was not made for, which is a fault in it (${said}).`,
    kept: 'What was acknowledged before is safe; "hms dta verify" checks a lake.',
    next: 'Report the command and this text to whoever maintains HMS-DTA here; run again with HMS_DEBUG=1, the text says where it happened.',
    facts: {},
    exit: BUG,
    stack: stack ?? said,
  };
}
