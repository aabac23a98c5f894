import { defineConfig } from 'vitest/config';
import SlowFirst from './scripts/slow-first.mjs';

export default defineConfig({
  test: {
    // A forgotten `.only` would let a run that tested almost nothing end in "0 failed".
    allowOnly: false,
    // By itself it leaves one core idle; on a machine of two that is half of it.
    maxWorkers: '100%',
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/soak/**', 'test/net/**', 'test/web/**', 'test/electron/**'],
          testTimeout: 90_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          // Two workstations and two file servers at a time: one file after the other.
          name: 'net',
          include: ['test/net/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
