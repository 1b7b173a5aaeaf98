// The end of a CI run: every test that failed or needed a second try by name, then one line with the sums of all reports.
import { readFileSync } from 'node:fs';

const LINE_CHARS_MAX = 300;
const sum = { passed: 0, failed: 0, skipped: 0 };
const failed = [];
const again = [];

const firstLine = (messages) =>
  String(messages?.[0] ?? '')
    .split('\n', 1)[0]
    .slice(0, LINE_CHARS_MAX);

for (const path of process.argv.slice(2)) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) {
    const name = file.name.replace(`${process.cwd()}/`, '');
    const tests = file.assertionResults;
    // A file that could not be loaded, or whose preparation failed, has no failed test of its own.
    if (file.status === 'failed' && !tests.some(({ status }) => status === 'failed')) {
      sum.failed += 1;
      failed.push(`${name}: ${String(file.message).slice(0, LINE_CHARS_MAX)}`);
    }
    for (const { status, fullName, failureMessages } of tests) {
      const line = `${name}: ${fullName}: ${firstLine(failureMessages)}`;
      if (status === 'failed') failed.push(line);
      else if (status === 'passed' && (failureMessages?.length ?? 0) > 0) again.push(line);
    }
  }
}
for (const line of again) console.log(`second try: ${line}`);
for (const line of failed) console.log(`failed: ${line}`);
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
