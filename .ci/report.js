// The end of a CI run: every test that failed or needed a second try by name, then one line with the sums of all reports.
//   node .ci/report.js REPORT...                  what failed, and the sums
//   node .ci/report.js --again SECOND REPORT...   the same, where SECOND is of the files that failed first and stands for them
//   node .ci/report.js --files REPORT             the files that failed, a line each
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

const [option, ...rest] = process.argv.slice(2);
if (option === '--files') {
  for (const file of filesIn(rest[0])) if (failuresOf(file).length > 0) console.log(nameOf(file));
} else if (option === '--again') {
  const [secondPath, ...paths] = rest;
  const second = existsSync(secondPath) ? filesIn(secondPath) : [];
  const first = paths.flatMap(filesIn);
  const tried = first.filter((file) => second.some(({ name }) => name === file.name) && failuresOf(file).length > 0);
  for (const line of tried.flatMap(failuresOf)) console.log(`second try: ${line}`);
  sum([...first.filter((file) => !tried.includes(file)), ...second]);
} else {
  sum([option, ...rest].flatMap(filesIn));
}
