import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFileSink, createTerminalSink, openLog } from './log-sinks.ts';
import { createLog } from './log.ts';
import { scrub } from './scrub.ts';

describe('scrubber', () => {
  test.each([
    ['a bearer token', 'sent Bearer abcdef1234567890', 'abcdef1234567890'],
    ['a token of our own', 'created hf_9aZ8bY7cX6dW5eV4', '9aZ8bY7cX6dW5eV4'],
    ['a signed token', 'got eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIiOiIxIn0'],
    ['a cookie', 'header cookie: session=s3cr3t; theme=dark', 's3cr3t'],
    ['a mail address', 'from ann.other+x@mail.example.org', 'ann.other'],
    ['an IPv4 address', 'client 203.0.113.77 came', '203.0.113.77'],
    ['an IPv4 address with a port', 'client 203.0.113.77:5123', '203.0.113.77'],
    ['a full IPv6 address', 'client 2001:db8:0:0:1:2:3:4 came', '2001:db8'],
    ['a short IPv6 address', 'client 2001:db8::7 came', '2001:db8'],
    ['a mapped one', 'client ::ffff:203.0.113.77 came', '203.0.113.77'],
    ['a password in a URL', 'at postgres://hf:hunter2@db.internal/hf', 'hunter2'],
    ['a private key', 'x -----BEGIN PRIVATE KEY-----\\nMIIEv\\n-----END PRIVATE KEY----- y', 'MIIEv'],
  ])('%s goes', (_name, line, secret) => {
    expect(scrub(line)).not.toContain(secret);
  });

  test.each([
    '"timestamp":"2026-11-21T20:46:00.123Z"',
    'listening on 127.0.0.1:8443 and [::1]:9443',
    'version 24.21.0 of node',
    'namespace std::vector is only code',
    'request 0123456789AB took 12:30:45',
    'digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ])('what is innocent stays: %s', (line) => {
    expect(scrub(line)).toBe(line);
  });

  test('a line without end is cut, and time stays linear on hostile input', () => {
    expect(scrub('a'.repeat(200_000)).length).toBeLessThan(70_000);
    for (const piece of ['a.', '1:', 'a@', '::', '1.1.', 'cookie=', '-----BEGIN ']) scrub(piece.repeat(30_000));
  });
});

describe('log', () => {
  test('lines are JSON with OpenTelemetry severity, UTC time and no secrets, wherever they stand', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', sinks: [{ write: (line: string) => void lines.push(line) }] });
    log
      .child({ request_id: '0123456789AB' })
      .warn({ token: 'x1', deep: { password: 'x2' }, note: 'Bearer abcdefghij' }, 'refused');
    log.error({ err: new RangeError('for ann@example.org from 198.51.100.3') }, 'failed');
    log.debug({}, 'not at this level');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      severity_text: 'WARN',
      severity_number: 13,
      body: 'refused',
      request_id: '0123456789AB',
    });
    expect(JSON.parse(lines[0] ?? '').timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u);
    expect(lines.join('')).not.toMatch(/x1|x2|abcdefghij|ann@|198\.51/u);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ severity_number: 17, err: { type: 'RangeError' } });
  });

  test('the file is private, rotates by size and keeps a bounded number', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'hf-log-'));
    const file = path.join(folder, 'logs/holdfast.log');
    {
      using sink = createFileSink(file, { bytesMax: 100, filesMax: 3 });
      for (let n = 0; n < 20; n += 1) sink.write(`line ${n} ${'x'.repeat(40)}\n`);
    }
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['holdfast.log', 'holdfast.log.1', 'holdfast.log.2']);
    expect(readFileSync(file, 'utf8')).toContain('line 19');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(file).size).toBeLessThanOrEqual(100);
    rmSync(folder, { recursive: true });
  });

  test('a terminal shows warnings only, in words, and no control characters', () => {
    const shown: string[] = [];
    const log = createLog({ level: 'info', sinks: [createTerminalSink((text) => void shown.push(text))] });
    log.info({}, 'quiet');
    log.warn({ file: '\u001b[31mred' }, 'careful');
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatch(/^ {2}warn {2}careful file=/u);
    expect(shown[0]).not.toContain('\u001b');
  });

  test.each([
    ['auto', true, /^ {2}warn/u],
    ['auto', false, /^$/u],
    ['json', false, /^\{.*"body":"careful"/u],
  ] as const)('format %s, terminal %s', (format, isTTY, expected) => {
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'hf-log-'));
    let shown = '';
    {
      using opened = openLog({ dataDir, level: 'info', format, stderr: { isTTY, write: (text: string) => (shown += text) } });
      opened.log.warn({}, 'careful');
      expect(readFileSync(opened.file, 'utf8')).toContain('"body":"careful"');
    }
    expect(shown).toMatch(expected);
    rmSync(dataDir, { recursive: true });
  });
});
