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
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } },
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
          // What another process does takes as long as the machine needs: a test fails for what happens, not for when.
          expect: { poll: { timeout: 15_000 } },
          // A real process under load can lose a race that says nothing of the product. CI names every test that needed this.
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
});
