import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floodH2, H2_FLOODS } from '../../support/h2-floods.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { expectServedDuring } from '../../support/siege.ts';
import { attackSlowly, slowHttpTestMissing, type SlowKind } from '../../support/slow-clients.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

if (slowHttpTestMissing !== null) console.warn(slowHttpTestMissing);

const stack = new AsyncDisposableStack();
let application: TestApplication;
let server: HoldfastProcess;
beforeAll(async () => {
  application = stack.use(await startTestApplication());
  server = stack.use(
    await HoldfastProcess.start({ args: ['--to', application.url], env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0' } }),
  );
});
afterAll(() => stack.disposeAsync());

/** Ten seconds each; the soak does a minute. More than there are connections to one application (256). */
const CONNECTIONS = 400;
const KINDS: readonly SlowKind[] = ['headers', 'body', 'read'];

describe.skipIf(slowHttpTestMissing !== null)('hundreds of slow clients', () => {
  test.each(KINDS)('of the kind slow %s do not keep a visitor waiting', async (kind) => {
    const attack = { kind, origin: server.https, connections: CONNECTIONS, seconds: 10 };
    const printed = await expectServedDuring(server, () => attackSlowly(attack));
    // The attack did take place.
    expect(printed).toMatch(/slow HTTP test|Exit status|closed/iu);
  });
});

/** These cost the server an answer or memory: the session is ended. The others are ended or simply cost nothing. */
const ENDED = new Set(['rapid resets', 'resets that we are made to send', 'pings', 'settings', 'continuations']);

/** Each from an address of its own: what one flood did must not be what refuses the next. */
const attackerFor = (flood: string): string => `127.0.3.${Object.keys(H2_FLOODS).indexOf(flood) + 1}`;

describe('HTTP/2 floods', () => {
  test.each(Object.keys(H2_FLOODS))('%s do not keep a visitor waiting', async (flood) => {
    const before = application.hits;
    const report = await expectServedDuring(server, () =>
      floodH2({ origin: server.https, flood, connections: 8, durationMs: 2000, localAddress: attackerFor(flood) }),
    );
    expect(report.steps).toBeGreaterThanOrEqual(50);
    if (ENDED.has(flood)) expect(report.ended).toBeGreaterThan(0);
    expect(application.hits).toBeGreaterThan(before);
  });

  test('from an address that has been cut again and again are refused as it connects; its neighbour is served', async () => {
    const attack = { origin: server.https, flood: 'rapid resets', connections: 4, durationMs: 1000, localAddress: '127.0.4.1' };
    await floodH2(attack);
    const again = await floodH2(attack);
    expect(again.opened).toBe(0);
    expect((await floodH2({ ...attack, localAddress: '127.0.4.2' })).opened).toBeGreaterThan(0);
    expect((await server.fetch('/')).status).toBe(200);
  });
});
