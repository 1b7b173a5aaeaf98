import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = { resolve: { conditions: ['@holdfast/source'] }, ssr: { resolve: { conditions: ['@holdfast/source'] } } };

/** They say what happens to honest visitors while the machine is kept busy on purpose: nothing else may keep it busy. */
const ALONE = ['tests/system/gateway/sieges.test.ts', 'tests/system/faults/pressure.test.ts'];

/** As `.ci/reporter.js` tells them. Begun last, one of them would run on alone for minutes at the end. */
const LONGEST = [
  'tests/console/console-walk.test.ts',
  'tests/system/respond/recover-killed.test.ts',
  'tests/system/keyring/crash.test.ts',
  'tests/system/secrets/rotation-kills.test.ts',
];
for (const file of LONGEST)
  if (!existsSync(new URL(file, import.meta.url))) throw new Error(`assertion: ${file} of LONGEST exists`);

/** Without times of an earlier run, as in CI, Vitest knows the size of a file only. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.some((file) => moduleId.endsWith(`/${file}`));
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    const rank = (file: TestSpecification): number => 2 * group(file) + (isLong(file) ? 0 : 1);
    // A stable sort: what has the same rank stays as it was.
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

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
    sequence: { sequencer: LongestFirst },
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
