import { defineConfig } from 'vitest/config';

const source = { resolve: { conditions: ['@holdfast/source'] }, ssr: { resolve: { conditions: ['@holdfast/source'] } } };

/** Unit tests sit beside the code; system tests start the real process, so they run one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['packages/**/src/**/*.test.ts', 'examples/**/src/**/*.test.ts', 'tests/oracle/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      { ...source, test: { name: 'tidy', include: ['tests/tidy/**/*.test.ts'], testTimeout: 60_000 } },
      {
        ...source,
        test: {
          name: 'system',
          include: ['tests/system/**/*.test.ts', 'tests/console/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
