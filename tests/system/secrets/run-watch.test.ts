import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast } from '../../support/holdfast-process.ts';
import { startRunStand, type RunStand, type Started } from './run-stand.ts';

const NODE = process.execPath;
const SOON = { timeout: 90_000, interval: 50 };
const TEST_MS = 240_000;

let stand: RunStand;
beforeAll(async () => {
  stand = await startRunStand();
});
afterAll(async () => stand[Symbol.asyncDispose]());

/** Tells each start with a mark of the value, which is no form of it, and ends on SIGTERM after saying so. */
const TELLING = `const mark = require('node:crypto').createHash('sha256').update(process.env.KEY).digest('hex').slice(0, 8);
process.on('SIGTERM', () => { console.log('bye ' + mark); process.exit(0); });
process.on('SIGHUP', () => console.log('hup ' + mark));
console.log('start ' + mark + ' ' + process.env.KEY); setInterval(() => {}, 1000);`;
const mark = async (value: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value));
  return Buffer.from(digest).toString('hex').slice(0, 8);
};
const lines = (run: Started): string[] => run.stdout().split('\n').slice(0, -1);
const watch = (environment: string, how: readonly string[], script = TELLING): Started =>
  stand.start(['--env', environment, '--only', 'KEY', '--watch', ...how, '--every', '1s', '--', NODE, '-e', script]);

describe('holdfast run --watch', () => {
  test(
    'starts the program again with the new value, after the one before has ended; both values are masked',
    async () => {
      await stand.set('restart', 'KEY', 'first-value');
      const run = watch('restart', []);
      const [one, two] = [await mark('first-value'), await mark('second-value')];
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`]);
      await stand.set('restart', 'KEY', 'second-value');
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`, `bye ${one}`, `start ${two} ***`]);
      run.process.kill('SIGTERM');
      expect(await run.ended).toBe(0);
      expect(lines(run).at(-1)).toBe(`bye ${two}`);
    },
    TEST_MS,
  );

  test(
    'a rotation is such a change: the value before it is used until the new one is given',
    async () => {
      await stand.set('rotated', 'KEY', 'first-value');
      const run = watch('rotated', []);
      const one = await mark('first-value');
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`]);
      const command = (...args: string[]) => stand.server.cli('secret', ...args);
      const ref = 'app/rotated/KEY';
      expect(await command('rotation', 'set', ref, '--rotator', 'random')).toMatchObject({ code: 0 });
      expect(await command('rotate', ref)).toMatchObject({ code: 0 });
      await expect.poll(() => lines(run).length, SOON).toBe(3);
      const { data } = await stand.server.cli<{ data: { value: string } }>('secret', 'get', ref, '--purpose', 'test');
      expect(data.data.value).not.toBe('first-value');
      expect(lines(run)).toEqual([`start ${one} ***`, `bye ${one}`, `start ${await mark(data.data.value)} ***`]);
      run.process.kill('SIGTERM');
      expect(await run.ended).toBe(0);
    },
    TEST_MS,
  );

  test(
    'a program that does not end is killed after its time',
    async () => {
      await stand.set('stubborn', 'KEY', 'first-value');
      const script = TELLING.replace("console.log('bye ' + mark); process.exit(0);", "console.log('no ' + mark);");
      const run = watch('stubborn', ['--grace', '1s'], script);
      const [one, two] = [await mark('first-value'), await mark('second-value')];
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`]);
      await stand.set('stubborn', 'KEY', 'second-value');
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`, `no ${one}`, `start ${two} ***`]);
      run.process.kill('SIGTERM');
      await expect.poll(() => lines(run).at(-1), SOON).toBe(`no ${two}`);
      run.process.kill('SIGUSR2');
      expect(await run.ended).toBe(128 + constants.signals.SIGUSR2);
    },
    TEST_MS,
  );

  test(
    'with SIGHUP the program goes on and is told',
    async () => {
      await stand.set('told', 'KEY', 'first-value');
      const run = watch('told', ['SIGHUP']);
      const one = await mark('first-value');
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`]);
      await stand.set('told', 'KEY', 'second-value');
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`, `hup ${one}`]);
      run.process.kill('SIGTERM');
      expect(await run.ended).toBe(0);
    },
    TEST_MS,
  );

  test(
    'what cannot be read changes nothing: the program goes on, and gets the next value that can be',
    async () => {
      await stand.set('hidden', 'KEY', 'first-value');
      const run = watch('hidden', []);
      const [one, two] = [await mark('first-value'), await mark('second-value')];
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`]);
      const hidden = await holdfast([
        'secret',
        'delete',
        'app/hidden/KEY',
        '--version',
        '1',
        '--data-dir',
        stand.server.dataDir,
        '--yes',
      ]);
      expect(hidden.code, hidden.stderr).toBe(0);
      await expect.poll(run.stderr, SOON).toContain('new values cannot be read, the program goes on');
      expect(lines(run)).toEqual([`start ${one} ***`]);
      await stand.set('hidden', 'KEY', 'second-value');
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`, `bye ${one}`, `start ${two} ***`]);
      run.process.kill('SIGTERM');
      expect(await run.ended).toBe(0);
    },
    TEST_MS,
  );

  test(
    'another secret changes nothing, and the program that ends by itself ends the command',
    async () => {
      await stand.set('other', 'KEY', 'first-value');
      const run = watch('other', [], `${TELLING} process.stdin.on('data', () => process.exit(9));`);
      const [one, two] = [await mark('first-value'), await mark('second-value')];
      await expect.poll(() => lines(run), SOON).toEqual([`start ${one} ***`]);
      for (const value of ['a', 'b', 'c', 'd']) await stand.set('other', 'ELSE', value);
      await stand.set('other', 'KEY', 'first-value');
      await stand.set('other', 'KEY', 'second-value');
      await expect.poll(() => lines(run).at(-1), SOON).toBe(`start ${two} ***`);
      // One end and one beginning: neither another secret nor the same value again was a reason.
      expect(lines(run)).toEqual([`start ${one} ***`, `bye ${one}`, `start ${two} ***`]);
      run.process.stdin?.write('end');
      expect(await run.ended).toBe(9);
    },
    TEST_MS,
  );
});
