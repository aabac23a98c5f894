import { Tokens } from './keys/index.ts';
import type { TokensOf } from './keys/index.ts';
import { lockStation } from './station-lock.ts';

/** How long another program of this workstation is waited for that changes the list, ms. */
const PATIENCE_MS = 10_000;

/** The tokens of one lake at one station, which several programs may make and revoke at the same time. */
export function tokensOf(of: Omit<TokensOf, 'lock'>): Tokens {
  return new Tokens({ ...of, lock: (file, held) => lockStation(file, 'exclusive', of.durable, held, PATIENCE_MS) });
}
