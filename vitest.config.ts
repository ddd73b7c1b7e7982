import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/dist/**'];

/**
 * The test projects, told apart by suffix: `x.test.ts` needs nothing and little time, `x.slow.test.ts` needs time, `x.pg.test.ts` a PostgreSQL, `x.e2e.test.ts` starts real processes (whole districts in fixtures/scenarios).
 * They run one project after the other, so that a scenario's timeouts are not spent waiting for somebody else's test.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...never, '**/*.{slow,pg,e2e}.test.ts'],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'slow',
          include: ['**/*.slow.test.ts'],
          exclude: never,
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'pg',
          include: ['**/*.pg.test.ts'],
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude: never,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
