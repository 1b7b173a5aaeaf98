// What a run of Vitest says in CI: a line for each hundred files, each failure as soon as it is known, and nothing of what passes.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Where to write, a line each, the files whose errors came outside of their tests: no report of Vitest names them. */
const OUTSIDE = process.env.CI_OUTSIDE;
const FILES_PER_LINE = 100;
const FRAMES_MAX = 6;
const SLOWEST_SHOWN = 15;

export default class CiReporter {
  #files = 0;
  #began = Date.now();
  #times = [];

  onTestModuleEnd(file) {
    this.#files += 1;
    const { duration, setupDuration, collectDuration } = file.diagnostic();
    this.#times.push([duration + setupDuration + collectDuration, file.relativeModuleId]);
    for (const error of file.errors()) this.#tell(file.relativeModuleId, error);
    // What fails before the tests of a group leaves them skipped.
    for (const suite of file.children.allSuites())
      for (const error of suite.errors()) this.#tell(`${file.relativeModuleId}: ${suite.fullName}`, error);
    for (const test of file.children.allTests('failed'))
      for (const error of test.result().errors ?? []) this.#tell(`${file.relativeModuleId}: ${test.fullName}`, error);
    if (this.#files % FILES_PER_LINE === 0) console.log(`${this.#files} files, ${this.#seconds()} s`);
  }

  onTestRunEnd(_files, errors, reason) {
    for (const error of errors) {
      const file = error.VITEST_TEST_PATH === undefined ? null : relative(process.cwd(), error.VITEST_TEST_PATH);
      this.#tell(`${file ?? 'no file'}, outside of any test`, error);
      if (file !== null && OUTSIDE !== undefined) appendFileSync(OUTSIDE, `${file}\n`);
    }
    for (const [ms, name] of this.#times.toSorted(([a], [b]) => b - a).slice(0, SLOWEST_SHOWN))
      console.log(`slow: ${Math.round(ms / 1000)} s ${name}`);
    console.log(`${reason}: ${this.#files} files, ${this.#seconds()} s`);
  }

  #seconds() {
    return Math.round((Date.now() - this.#began) / 1000);
  }

  #tell(where, { message, stack }) {
    const frames = String(stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /u.test(line) && !line.includes('node_modules'));
    console.log([`failed: ${where}`, `  ${String(message).slice(0, 2000)}`, ...frames.slice(0, FRAMES_MAX)].join('\n'));
  }
}
