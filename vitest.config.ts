import { defineConfig } from 'vitest/config';

const source = { resolve: { conditions: ['@holdfast/source'] }, ssr: { resolve: { conditions: ['@holdfast/source'] } } };

/** They say what happens to honest visitors while the machine is kept busy on purpose: nothing else may keep it busy. */
const ALONE = ['tests/system/gateway/sieges.test.ts', 'tests/system/faults/pressure.test.ts'];

const system = {
  globalSetup: ['tests/support/console-build.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // What another process does takes as long as the machine needs: a test fails for what happens, not for when.
  expect: { poll: { timeout: 15_000 } },
};

/** Unit tests sit beside the code; system tests start the real process, two files at a time, and some of them alone. */
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
          // Two cores are few enough for vitest to leave one of them idle.
          maxWorkers: 2,
        },
      },
      { ...source, test: { name: 'tidy', maxWorkers: 2, include: ['tests/tidy/**/*.test.ts'], testTimeout: 60_000 } },
      {
        ...source,
        test: {
          ...system,
          name: 'system',
          include: ['tests/system/**/*.test.ts', 'tests/console/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...source,
        test: { ...system, name: 'alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
