import type { MaskSecret } from './masks/index.ts';
import type { WritableLake } from './open.ts';

/** The lake's secret, as this station has it; null where it does not. */
export function maskSecretOf(lake: WritableLake): Promise<MaskSecret | null> {
  void lake;
  return Promise.resolve(null);
}
