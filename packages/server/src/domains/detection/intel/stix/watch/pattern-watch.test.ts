import { detectionSchema, type EventRecord } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { createPatternWatch, WATCHED_MAX, type ListedPattern } from './pattern-watch.ts';

const START = Date.UTC(2026, 0, 1);
let number = 0;

function request(change: Readonly<Record<string, string | null>> = {}, atMs = 0): EventRecord {
  number += 1;
  return {
    id: String(number).padStart(26, '0'),
    type: 'request.completed',
    version: 1,
    time: START + atMs,
    node: 'test',
    tenant: 'default',
    severity: 'info',
    actor: { kind: 'visitor', ref: '198.51.100.7' },
    application: 'shop',
    target: '/',
    outcome: 'allowed',
    reason: null,
    requestId: '0123456789AB',
    trace: null,
    subject: '198.51.100.7',
    payload: {
      address: '198.51.100.7',
      userAgent: 'Mozilla/5.0',
      method: 'GET',
      host: 'shop.example:8443',
      path: '/cart',
      query: 'id=7',
      protocol: 'http/1.1',
      status: 200,
      requestBytes: 10,
      responseBytes: 20,
      account: null,
      referrer: null,
      ...change,
    },
  };
}

const listed = (pattern: string, change: Partial<ListedPattern> = {}): ListedPattern => ({
  id: 'indicator--1',
  pattern,
  name: 'Gate',
  confidence: 85,
  validFrom: null,
  validUntil: null,
  ...change,
});
const found = (pattern: string, ...events: readonly EventRecord[]): number => {
  const watch = createPatternWatch([listed(pattern)]);
  return events.flatMap((event) => watch.observe(event)).length;
};
const HEADER = "network-traffic:extensions.'http-request-ext'.request_header";

describe('patterns watched for in requests', () => {
  it.each([
    ["[url:value LIKE '%/gate.php%']", { path: '/gate.php' }],
    ["[url:value = 'https://shop.example:8443/gate?a=1' AND ipv4-addr:value = '198.51.100.7']", { path: '/gate', query: 'a=1' }],
    [
      `[${HEADER}.'User-Agent'[*] LIKE 'EvilBot/%' AND network-traffic:src_ref.value ISSUBSET '198.51.100.0/24']`,
      { userAgent: 'EvilBot/1.0' },
    ],
    [`[${HEADER}.'User-Agent' MATCHES '^EvilBot']`, { userAgent: 'EvilBot/1.0' }],
    [
      "[network-traffic:extensions.'http-request-ext'.request_method = 'put' AND network-traffic:protocols[*] = 'http']",
      { method: 'PUT' },
    ],
    ["[user-account:user_id = 'u-1' AND NOT EXISTS ipv4-addr:value]", { account: 'u-1', address: '2001:db8::7' }],
    ["[domain-name:value = 'evil.example' AND url:value LIKE 'http://evil.example/%']", { referrer: 'http://evil.example/from' }],
    [`[${HEADER}.Referer[0] LIKE '%evil%']`, { referrer: 'http://evil.example/from' }],
  ])('%s is found, and its honest twin is not', (pattern, change) => {
    expect(found(pattern, request(change))).toBe(1);
    expect(found(pattern, request())).toBe(0);
  });

  it('tells who, what and why', () => {
    const [detection] = createPatternWatch([listed("[url:value LIKE '%/gate.php%']")]).observe(request({ path: '/gate.php' }));
    expect(detectionSchema.parse(detection)).toMatchObject({
      kind: 'intel',
      severity: 'high',
      entities: [
        { kind: 'address', value: '198.51.100.7' },
        { kind: 'indicator', value: 'indicator--1' },
      ],
      reason: 'A request is as listed (Gate), sure to 85 of 100.',
      evidence: [{ summary: 'GET /gate.php 200' }],
    });
  });

  it('waits for every part of a pattern, in its order and its time, once', () => {
    const pattern = "([url:value LIKE '%/probe%'] REPEATS 2 TIMES FOLLOWEDBY [url:value LIKE '%/gate%']) WITHIN 60 SECONDS";
    const probe = (at: number): EventRecord => request({ path: '/probe' }, at);
    const gate = (at: number): EventRecord => request({ path: '/gate' }, at);
    expect(found(pattern, probe(0), probe(1000), request({}, 1500), gate(2000))).toBe(1);
    expect(found(pattern, probe(0), probe(1000), gate(2000), gate(3000))).toBe(1);
    expect(found(pattern, gate(0), probe(1000), probe(2000))).toBe(0);
    expect(found(pattern, probe(0), probe(1000), gate(61_001))).toBe(0);
    expect(found(pattern, probe(0), gate(1000))).toBe(0);
  });

  it('looks from and until when it is told to', () => {
    const watch = createPatternWatch([listed("[url:value LIKE '%']", { validFrom: START + 10, validUntil: START + 20 })]);
    expect([0, 10, 19, 20].map((at) => watch.observe(request({}, at)).length)).toEqual([0, 1, 1, 0]);
  });

  it('leaves out what no request can show and what is no pattern, and takes no more than a number', () => {
    const all = ["[file:name = 'a']", '[process:pid = 1] AND [file:size = 2]', 'nonsense', "[url:value MATCHES '(?=a)']"];
    expect(createPatternWatch(all.map((pattern) => listed(pattern))).watched).toBe(0);
    expect(createPatternWatch([listed("[file:name = 'a'] OR [url:value = 'b']")]).watched).toBe(1);
    const many = Array.from({ length: WATCHED_MAX + 5 }, () => listed("[url:value = 'b']"));
    expect(createPatternWatch(many).watched).toBe(WATCHED_MAX);
  });

  it('keeps a bounded number of requests, whatever comes', () => {
    const pattern = "[url:value LIKE '%/probe%'] REPEATS 300 TIMES";
    const probes = Array.from({ length: 400 }, (_, index) => request({ path: '/probe' }, index));
    expect(found(pattern, ...probes)).toBe(0);
    expect(found("[url:value LIKE '%/probe%'] REPEATS 100 TIMES", ...probes)).toBe(4);
  });

  it('passes over other events', () => {
    expect(found("[url:value LIKE '%']", { ...request(), type: 'identity.sign-in' }, { ...request(), payload: {} })).toBe(0);
  });
});
