import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEchoUpstream } from '../../support/echo-upstream.ts';
import type { EchoUpstream, SeenRequest } from '../../support/echo-upstream.ts';
import { sendRaw } from '../../support/raw-client.ts';
import type { RawExchange } from '../../support/raw-client.ts';
import { startTestGateway, testSnapshot } from '../../support/test-gateway.ts';
import type { TestGateway } from '../../support/test-gateway.ts';
import type { RawCase, Verdict } from './classes/case.ts';
import { FRAMING } from './classes/framing.ts';
import { HEAD } from './classes/head.ts';
import { NEIGHBOURS } from './classes/neighbours.ts';
import { PASS } from './classes/pass.ts';

const CASES: readonly RawCase[] = [...FRAMING, ...HEAD, ...PASS, ...NEIGHBOURS];
const REFUSALS = new Set([400, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 431, 501, 505]);

let upstream: EchoUpstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startEchoUpstream();
  gateway = await startTestGateway(testSnapshot({ upstream: upstream.url }));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});
beforeEach(() => upstream.reset());

/** How an application that decodes twice and ignores case would read a target. */
function adminInApplicationEyes(url: string): boolean {
  let path = url.split('?')[0] ?? '';
  for (let round = 0; round < 2; round += 1) {
    try {
      path = decodeURIComponent(path);
    } catch {
      return false;
    }
  }
  const segments: string[] = [];
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    const name = segment.split(';')[0] ?? '';
    if (name === '..') segments.pop();
    else if (name !== '' && name !== '.') segments.push(name.toLowerCase());
  }
  return segments[0] === 'admin';
}

interface Got extends RawExchange {
  readonly statuses: readonly number[];
  readonly seen: readonly SeenRequest[];
}

const isOne200 = ({ statuses }: Got): boolean => statuses.length === 1 && statuses[0] === 200;
const arrivedWith = ({ seen }: Got, marker = 'm4rk'): boolean => JSON.stringify(seen).includes(marker);

const HOLDS: Readonly<Record<Verdict, (got: Got, one: RawCase) => boolean>> = {
  reject: ({ seen, isClosed, statuses }) =>
    seen.length === 0 && isClosed && statuses.length <= 1 && statuses.every((status) => REFUSALS.has(status)),
  'no-101': ({ seen, text }) =>
    upstream.upgrades === 0 && !text.includes(' 101 ') && seen.length <= 1 && !seen.some(({ url }) => url === '/smuggled'),
  accept: (got) => isOne200(got) && got.seen.length === 1,
  'accept-no-smuggle': ({ statuses, seen }) => statuses.length === 1 && seen.length <= 1,
  'accept-sanitize': (got, { marker }) => isOne200(got) && got.seen.length === 1 && !arrivedWith(got, marker),
  'reject-or-drop': (got, { marker }) => got.seen.length <= 1 && !arrivedWith(got, marker),
  'deny-admin': ({ seen }) => seen.every(({ url }) => !adminInApplicationEyes(url) || /^\/admin(?:[/?;]|$)/iu.test(url)),
};

/** Why the verdict does not hold, or null. */
function judge(one: RawCase, exchange: RawExchange): string | null {
  const got: Got = { ...exchange, statuses: exchange.answers.map(({ status }) => status), seen: upstream.seen };
  if (upstream.broken === 0 && HOLDS[one.expect](got, one)) return null;
  return `${JSON.stringify(got.statuses)} closed=${got.isClosed} arrived=${got.seen.length} broken=${upstream.broken}`;
}

async function failures(tls: boolean, split: boolean, only: (one: RawCase) => boolean): Promise<string[]> {
  const failed: string[] = [];
  const port = tls ? gateway.httpsPort : gateway.plainPort;
  for (const one of CASES.filter(only)) {
    upstream.reset();
    const final = one.expect === 'reject' ? 2 : 1;
    const got = await sendRaw({ port, tls, split, bytes: one.bytes, answersMax: final, quietMs: 3000 });
    const fault = judge(one, got);
    if (fault !== null) failed.push(`${one.class} / ${one.name}: expected ${one.expect}, got ${fault}`);
  }
  return failed;
}

describe('front gate', () => {
  it('has at least 300 cases in every class of the design', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(300);
    expect(new Set(CASES.map((one) => one.class)).size).toBeGreaterThanOrEqual(18);
  });

  it('keeps every verdict on plain HTTP', async () => {
    expect(await failures(false, false, () => true)).toEqual([]);
  });

  it('keeps every verdict inside TLS', async () => {
    expect(await failures(true, false, ({ class: name }) => name !== 'header-bytes')).toEqual([]);
  });

  it('keeps every verdict when each byte comes alone', async () => {
    expect(await failures(false, true, ({ class: name, bytes }) => name !== 'header-bytes' && bytes.length < 400)).toEqual([]);
  });

  it('serves a good request on a new connection after all of that, and has recorded the refusals', async () => {
    const good = await sendRaw({ port: gateway.plainPort, bytes: 'GET /after HTTP/1.1\r\nHost: hf.test\r\n\r\n', answersMax: 1 });
    expect(good.answers[0]?.status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
    // Many in one second are told as one event with their number.
    const counts = (): number[] => gateway.events('gateway.protocol.reject').map(({ payload }) => Number(payload['count']));
    await expect.poll(() => counts().reduce((sum, count) => sum + count, 0)).toBeGreaterThan(CASES.length);
  });
});
