/** Three projects: `unit` needs nothing; `integration` shares one real kube-apiserver a run; `e2e` takes the one real cluster. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One file at a time: many start clusters of their own and kill what is in them, and two cores carry one well.
    maxWorkers: 1,
    // Scenes that stand side by side wait most of their time.
    maxConcurrency: 16,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          globalSetup: ['test/cluster/vitest.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
