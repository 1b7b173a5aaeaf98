import { gatewayLimitsSchema } from '@holdfast/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawGate } from './raw-gate.ts';
import { pushBytes } from './raw-push.ts';

const limits = gatewayLimitsSchema.parse({});

interface Reading {
  readonly passed: number;
  readonly rule: string | null;
  readonly heads: readonly string[];
  readonly phase: string;
}

function read(text: string, cuts: readonly number[] = []): Reading {
  const gate = new RawGate(limits);
  const bytes = Buffer.from(text, 'latin1');
  const borders = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  let passed = 0;
  for (let at = 0; at + 1 < borders.length; at += 1) passed += pushBytes(gate, bytes.subarray(borders[at], borders[at + 1]));
  const heads = gate.heads.map(({ method, target, framing }) => `${method} ${target} ${framing}`);
  return { passed, rule: gate.violation?.rule ?? null, heads, phase: gate.phase };
}

const head = (line: string, ...headers: string[]): string => [line, 'Host: hf.test', ...headers, '', ''].join('\r\n');
const pieces = fc.constantFrom(
  'GET / HTTP/1.1\r\n',
  'POST /a HTTP/1.1\r\n',
  'Host: hf.test\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  '\r\n',
  '\n',
  '\r',
  '3\r\nabc\r\n',
  '0\r\n\r\n',
  'abc',
  ' ',
  '\t',
  ':',
  ';a=b',
  'X: y\r\n',
  '\0',
  'HTTP/1.1',
  'Connection: close\r\n',
  'Upgrade: websocket\r\n',
);

describe('raw gate', () => {
  it('reads pipelined requests of every framing', () => {
    const text = `${head('GET /a HTTP/1.1')}${head('POST /b HTTP/1.1', 'Content-Length: 3')}abc${head('POST /c HTTP/1.1', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`;
    expect(read(text)).toEqual({
      passed: text.length,
      rule: null,
      heads: ['GET /a none', 'POST /b length', 'POST /c chunked'],
      phase: 'idle',
    });
  });

  it('passes no byte on that completes a doubtful head', () => {
    const text = head('POST / HTTP/1.1', 'Content-Length: 3', 'Transfer-Encoding: chunked');
    const { passed, rule, heads } = read(`${text}0\r\n\r\n`);
    expect(rule).toBe('te-with-cl');
    expect(heads).toEqual([]);
    expect(passed).toBeLessThan(text.length);
  });

  it('stops reading after the last announced request', () => {
    const { rule, heads, phase } = read(`${head('GET /a HTTP/1.1', 'Connection: close')}${head('GET /b HTTP/1.1')}\0`);
    expect({ rule, heads, phase }).toEqual({ rule: null, heads: ['GET /a none'], phase: 'stopped' });
  });

  it('lets anything through after a WebSocket upgrade, and only after that one', () => {
    const upgrade = head('GET / HTTP/1.1', 'Connection: keep-alive, Upgrade', 'Upgrade: websocket');
    expect(read(`${upgrade}\0\xff\n`)).toMatchObject({ rule: null, phase: 'opaque' });
    expect(read(`${head('GET / HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c')}\0`)).toMatchObject({
      rule: null,
      phase: 'stopped',
    });
  });

  it('reads the same whatever the chunk borders, never throws, and never passes more than it got', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), fc.array(fc.nat(400), { maxLength: 12 }), (parts, cuts) => {
        const text = parts.join('');
        const whole = read(text);
        const cut = read(text, cuts);
        expect({ rule: cut.rule, heads: cut.heads, phase: cut.phase }).toEqual({
          rule: whole.rule,
          heads: whole.heads,
          phase: whole.phase,
        });
        expect(whole.passed).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
        (bytes) => {
          const gate = new RawGate(limits);
          expect(pushBytes(gate, bytes)).toBeLessThanOrEqual(bytes.length);
        },
      ),
    );
  });
});
