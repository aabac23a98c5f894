import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Canonical from '../../../src/core/canonical.ts';
import type { Sha256Fn } from '../../../src/core/index.ts';
import type * as Merkle from '../../../src/core/merkle.ts';
import { checkHere } from '../../builders/verify/check.ts';

/**
 * Writer and checker share core, so a mistake there would be made by both. The frozen lake was made before any later mistake: each wrong rule
 * below must make it fail.
 */
const wrong = vi.hoisted(() => ({ rule: '' }));

vi.mock(import('../../../src/core/merkle.ts'), async (original) => {
  const real: typeof Merkle = await original();
  // Functions of one module do not call one another through the mock, so a wrong nodeHash is made below them: by a SHA-256 that takes 0x01 ‖ a ‖ b for 0x01 ‖ b ‖ a.
  const nodes =
    (sha: Sha256Fn): Sha256Fn =>
    (...parts) => {
      const [prefix, left, right] = parts;
      const swaps = wrong.rule === 'node hash with its children swapped' && prefix?.[0] === 1 && left !== undefined && right !== undefined;
      return swaps ? sha(prefix, right, left) : sha(...parts);
    };
  return {
    ...real,
    leafHash: (sha, bytes) => (wrong.rule === 'leaf hash without its prefix' ? sha(bytes) : real.leafHash(sha, bytes)),
    nodeHash: (sha, left, right) => real.nodeHash(nodes(sha), left, right),
    appendLeaf: (sha, frontier, leaf) => real.appendLeaf(nodes(sha), frontier, leaf),
    frontierRoot: (sha, frontier) => real.frontierRoot(nodes(sha), frontier),
    verifyInclusion: (sha, proof) => real.verifyInclusion(nodes(sha), proof),
  };
});

vi.mock(import('../../../src/core/canonical.ts'), async (original) => {
  const real: typeof Canonical = await original();
  const unsorted = (value: Parameters<typeof real.canonicalJson>[0]): string => JSON.stringify(value);
  const isWrong = (): boolean => wrong.rule === 'canonical JSON without sorting';
  return {
    ...real,
    canonicalJson: (value) => (isWrong() ? unsorted(value) : real.canonicalJson(value)),
    canonicalBytes: (value) => (isWrong() ? Buffer.from(unsorted(value)) : real.canonicalBytes(value)),
  };
});

const frozen = fileURLToPath(new URL('../../fixtures/frozen/', import.meta.url));
afterEach(() => {
  wrong.rule = '';
});

beforeEach((ctx) => {
  ctx.skip(!existsSync(join(frozen, 'lake')), 'test/fixtures/frozen has no lake');
});

describe('a wrong rule in core makes the frozen lake and package fail', () => {
  it('but the right ones do not', async () => {
    expect(await checkHere(join(frozen, 'lake'))).toMatchObject({ clean: true });
    expect(await checkHere(join(frozen, 'package.zip'))).toMatchObject({ clean: true });
  });

  it.each(['leaf hash without its prefix', 'node hash with its children swapped', 'canonical JSON without sorting'])('%s', async (rule) => {
    wrong.rule = rule;
    expect(await checkHere(join(frozen, 'lake'))).toMatchObject({ clean: false });
    expect(await checkHere(join(frozen, 'package.zip'))).toMatchObject({ clean: false });
  });
});
