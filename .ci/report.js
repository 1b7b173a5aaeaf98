// The end of a CI run: every test that failed or needed a second try by name, then one line with the sums of all reports.
//   node .ci/report.js REPORT...        what failed, and the sums; of the files that failed first, the second try stands for
//                                      them, which is told in NAME-again.json beside NAME.json
//   node .ci/report.js --files REPORT   the files that failed, a line each
import { existsSync, readFileSync } from 'node:fs';

const LINE_CHARS_MAX = 300;

const firstLine = (message) =>
  String(message ?? '')
    .split('\n', 1)[0]
    .slice(0, LINE_CHARS_MAX);
const nameOf = ({ name }) => name.replace(`${process.cwd()}/`, '');
const filesIn = (path) => JSON.parse(readFileSync(path, 'utf8')).testResults;

/** What failed in a file, a line each. One that could not be loaded, or whose preparation failed, has no failed test of its own. */
function failuresOf(file) {
  const tests = file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `${nameOf(file)}: ${fullName}: ${firstLine(failureMessages?.[0])}`);
  return tests.length === 0 && file.status === 'failed' ? [`${nameOf(file)}: ${firstLine(file.message)}`] : tests;
}

function sum(files) {
  const count = (...wanted) =>
    files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => wanted.includes(status)).length;
  const failed = files.flatMap(failuresOf);
  for (const line of failed) console.log(`failed: ${line}`);
  const skipped = count('skipped', 'pending', 'todo', 'disabled');
  console.log(`${count('passed')} passed, ${failed.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

/** The files of a run; of those tried again only the second try, and the first is told. */
function lastTries(path) {
  const first = filesIn(path);
  const secondPath = path.replace(/\.json$/u, '-again.json');
  if (!existsSync(secondPath)) return first;
  const second = filesIn(secondPath);
  const isTried = (file) => second.some(({ name }) => name === file.name);
  for (const line of first.filter(isTried).flatMap(failuresOf)) console.log(`second try: ${line}`);
  return [...first.filter((file) => !isTried(file)), ...second];
}

const [option, ...rest] = process.argv.slice(2);
if (option === '--files') {
  for (const file of filesIn(rest[0])) if (failuresOf(file).length > 0) console.log(nameOf(file));
} else {
  sum([option, ...rest].flatMap(lastTries));
}
