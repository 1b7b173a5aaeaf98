import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * A named place where a test has this process killed, as a power cut would: nothing runs after it. Only tests set the variables;
 * `HOLDFAST_TEST_` is no prefix of the configuration. `pass` is which time it is; with a list of those that were killed, each is
 * killed once, so that a process that goes on comes further than the one before it.
 */
export function faultPoint(name: string, pass = ''): void {
  if (process.env['HOLDFAST_TEST_KILL_AT'] !== name) return;
  const list = process.env['HOLDFAST_TEST_KILLED'];
  if (list !== undefined) {
    if (existsSync(list) && readFileSync(list, 'utf8').split('\n').includes(pass)) return;
    appendFileSync(list, `${pass}\n`);
  }
  process.kill(process.pid, 'SIGKILL');
}
