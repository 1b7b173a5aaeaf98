import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PROBLEMS } from '@holdfast/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../platform/refusal.ts';
import { COMMANDS } from '../shell/catalogue.ts';
import { completionLevels } from '../commands/completion.ts';
import { readRequestId } from '../commands/explain.ts';
import { renderCompletion, SHELLS } from '../shell/completion-scripts.ts';
import { parseDays, parseDuration, parseSince } from '../words/duration.ts';
import { EXIT_OF_PROBLEM } from '../exit-codes.ts';
import { Interrupted, UsageFault } from '../fault.ts';
import { listenSettings } from '../shell/listen-flag.ts';
import { createPaint, wantsColour } from './paint.ts';
import { formatError } from './output.ts';
import { bansOn } from '../host/own-addresses.ts';
import { formatTable, printable } from './table.ts';
import { tell } from './tell.ts';

const hasBash = existsSync('/bin/bash');
if (!hasBash) process.emitWarning('/bin/bash is not there: completion is not tested here.');

describe('exit codes', () => {
  test('every problem has one, and those of the contract are what it says', () => {
    expect(Object.keys(EXIT_OF_PROBLEM).sort()).toEqual(Object.keys(PROBLEMS).sort());
    expect(new Set(Object.values(EXIT_OF_PROBLEM))).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(EXIT_OF_PROBLEM).toMatchObject({
      'config-invalid': 3,
      'port-taken': 3,
      'listen-unsafe': 5,
      'ban-unsafe': 5,
      'key-wrong': 3,
      'data-dir-locked': 5,
      'server-unreachable': 4,
      'token-refused': 4,
      'permission-missing': 4,
    });
  });

  test('what is thrown becomes what, why, next and code; an unknown error shows nothing of itself', () => {
    expect(tell(new UsageFault('no'))).toMatchObject({ exit: 2, code: 'usage' });
    expect(tell(new Interrupted())).toMatchObject({ exit: 130 });
    expect(tell(new Refusal('key-wrong', { detail: 'root_a, not root_b' }))).toMatchObject({
      exit: 3,
      why: 'root_a, not root_b',
    });
    const text = formatError(tell(new Error('select * from secrets at /srv/x.ts:1')), createPaint(false));
    expect(text).not.toMatch(/select|srv/u);
    expect(text).toContain('code  internal');
  });

  test('what the system says of a file is told without the path; wrong usage leads to the help of its command', () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write '/home/ada/x'"), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(tell(full)).toMatchObject({ exit: 1, code: 'file-unusable', why: expect.stringContaining('no space') });
    expect(JSON.stringify(tell(full))).not.toContain('ada');
    expect(tell(Object.assign(new Error('x'), { code: 'ENOSPC' })).code).toBe('internal');
    expect(tell(new UsageFault('no'), 'ban add').next).toBe('holdfast ban add --help');
    expect(tell(new UsageFault('no')).next).toBe('holdfast --help');
  });

  test('each field of a refusal is told with its line', () => {
    const refusal = new Refusal('config-invalid', { errors: [{ pointer: '/mode', detail: 'unknown', line: 3 }] });
    expect(formatError(tell(refusal), createPaint(false))).toContain('/mode (line 3): unknown');
  });
});

describe('colour', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('%j on a terminal: %s -> %s', (env, isTerminal, expected) => {
    expect(wantsColour(env, isTerminal)).toBe(expected);
  });
});

describe('times', () => {
  test('have a unit', () => {
    expect(parseDuration('90s', '--for')).toBe(90);
    expect(parseDuration('15m', '--for')).toBe(900);
    expect(parseDays('30d', '--for')).toBe(30);
    expect(parseSince('2h', 10_000_000)).toBe(2_800_000);
    expect(parseSince('2026-01-31T12:00:00Z', 0)).toBe(Date.UTC(2026, 0, 31, 12));
  });

  test.each(['15', 'm', '-5m', '1.5h', '0s', '15 m', '99999999999d', ''])('%j is refused', (text) => {
    expect(() => parseDuration(text, '--for')).toThrow(UsageFault);
  });

  test('days are whole', () => {
    expect(() => parseDays('12h', '--for')).toThrow('whole days');
    expect(() => parseSince('yesterday', 0)).toThrow(UsageFault);
  });
});

describe('text for a terminal', () => {
  test('never carries control characters of strangers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(formatTable([text], [{ title: 'T', value: (row) => row }]).split('\n').length).toBe(3);
      }),
    );
    expect(printable('Grüße, 世界')).toBe('Grüße, 世界');
  });

  test('columns stand below each other', () => {
    const rows = [
      { a: 'x', b: '1' },
      { a: 'longer', b: '2' },
    ];
    expect(
      formatTable(rows, [
        { title: 'A', value: ({ a }) => a },
        { title: 'B', value: ({ b }) => b },
      ]),
    ).toBe('A       B\nx       1\nlonger  2\n');
  });
});

describe('request ids', () => {
  test('are read as people write them', () => {
    expect(readRequestId('7q2k-xw3m-9abc')).toBe('7Q2KXW3M9ABC');
    expect(readRequestId('OIL000000000')).toBe('011000000000');
    expect(() => readRequestId('UUUUUUUUUUUU')).toThrow(UsageFault);
    expect(() => readRequestId('../../secret')).toThrow(UsageFault);
  });
});

describe('own addresses', () => {
  test('are found in prefixes of both families, and nobody else is freed', () => {
    const prefixes = ['192.0.2.0/24', '198.51.100.7', '2001:db8::/32', 'not a prefix'];
    expect(bansOn(['192.0.2.77'], prefixes)).toEqual(['192.0.2.0/24']);
    expect(bansOn(['2001:db8:1::5'], prefixes)).toEqual(['2001:db8::/32']);
    expect(bansOn(['198.51.100.8'], prefixes)).toEqual([]);
  });
});

describe('--listen', () => {
  test('serves HTTPS, or plain HTTP where nobody can listen in', () => {
    expect([...listenSettings('0.0.0.0:443')]).toEqual([['listen.https', '0.0.0.0:443']]);
    expect([...listenSettings('https://[::1]:8443')]).toEqual([['listen.https', '[::1]:8443']]);
    expect(listenSettings('http://127.0.0.1:8000').get('listen.plain')).toBe('127.0.0.1:8000');
    expect(listenSettings('http://10.1.2.3:80').get('listen.https')).toBe('off');
  });

  test.each(['http://0.0.0.0:80', 'http://203.0.113.1:80', 'http://[::]:80'])('%s is refused as unsafe', (flag) => {
    expect(() => listenSettings(flag)).toThrow(expect.objectContaining({ code: 'listen-unsafe' }));
  });
});

describe('completions', () => {
  test('name every command and flag in all four shells', async () => {
    const levels = await completionLevels(COMMANDS);
    expect(levels.find(({ path }) => path === 'ban allow')?.words).toEqual(['list', 'add', 'remove']);
    for (const shell of SHELLS) {
      const script = renderCompletion(shell, levels);
      for (const word of ['explain', 'bypass', 'reason', 'passphrase-file', 'rotate']) expect(script, shell).toContain(word);
    }
  });

  test.skipIf(!hasBash)('bash completes nouns, verbs and flags', async () => {
    const script = renderCompletion('bash', await completionLevels(COMMANDS));
    const complete = (...words: string[]): string[] => {
      const line = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync('/bin/bash', ['-c', line], { encoding: 'utf8' }).trim().split('\n');
    };
    expect(complete('holdfast', 'ex')).toEqual(['explain', 'exception']);
    expect(complete('holdfast', 'ban', '')).toEqual(['list', 'add', 'remove', 'allow']);
    expect(complete('holdfast', 'ban', 'allow', 'r')).toEqual(['remove']);
    expect(complete('holdfast', 'ban', 'add', '192.0.2.7', '--re')).toEqual(['--reason']);
  });
});
