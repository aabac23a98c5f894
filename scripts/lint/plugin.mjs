import { durableWrites } from './durable-writes.mjs';
import { importDirections } from './import-directions.mjs';
import { injectedClock } from './injected-clock.mjs';
import { moduleState } from './module-state.mjs';
import { signingOwner } from './signing.mjs';
import { skipReason } from './skip-reason.mjs';

/** The rules of the house that no published plugin knows. */
export const plugin = {
  rules: {
    'import-directions': importDirections,
    'durable-writes': durableWrites,
    'signing-owner': signingOwner,
    'injected-clock': injectedClock,
    'module-state': moduleState,
    'skip-reason': skipReason,
  },
};
