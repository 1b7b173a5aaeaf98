/**
 * A named place where a test has this process killed, as a power cut would: nothing runs after it. Only tests set the variable;
 * `HOLDFAST_TEST_` is no prefix of the configuration.
 */
export function faultPoint(name: string): void {
  if (process.env['HOLDFAST_TEST_KILL_AT'] === name) process.kill(process.pid, 'SIGKILL');
}
