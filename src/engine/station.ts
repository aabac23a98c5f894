import { hostname, userInfo } from 'node:os';
import type { By } from '../contract/index.ts';

/** The program's name and version as bodies and packages give it. */
export const PROGRAM = 'HMS-DTA 0.1.0';

/** The system account and the workstation that act, for bodies. */
export function whoActs(): By {
  return { account: accountName(), host: hostname(), program: PROGRAM };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account id without a name, as containers have it.
    return String(process.getuid?.() ?? 'unknown');
  }
}
