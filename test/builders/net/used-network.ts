import { afterAll, beforeAll, beforeEach } from 'vitest';
import { whyNoNetwork } from './missing.ts';
import { Network } from './network.ts';

/** The network of a test file: opened before its first test, closed after its last; where there can be none, its tests are skipped with the reason. */
export function usedNetwork(): () => Network {
  const missing = whyNoNetwork();
  let network: Network | null = null;
  beforeAll(async () => {
    if (missing === null) network = await Network.open();
  });
  beforeEach((context) => context.skip(missing !== null, missing ?? ''));
  afterAll(() => network?.close());
  return () => {
    if (network === null) throw new Error('The network is not open.');
    return network;
  };
}
