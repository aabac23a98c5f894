import { createHash } from 'node:crypto';
import type { Sha256Fn } from '../../core/index.ts';

/** SHA-256 of the concatenation of the parts. */
export const sha256: Sha256Fn = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
