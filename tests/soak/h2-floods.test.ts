import { afterAll, beforeAll, expect, test } from 'vitest';
import { floodH2, H2_FLOODS } from '../support/h2-floods.ts';
import { HoldfastProcess } from '../support/holdfast-process.ts';
import { expectServedDuring } from '../support/siege.ts';
import { startTestApplication, type TestApplication } from '../support/test-application.ts';

const CONNECTIONS = 32;
const DURATION_MS = 60_000;

const stack = new AsyncDisposableStack();
let application: TestApplication;
let server: HoldfastProcess;
beforeAll(async () => {
  application = stack.use(await startTestApplication());
  server = stack.use(await HoldfastProcess.start({ args: ['--to', application.url] }));
});
afterAll(() => stack.disposeAsync());

test.each(Object.keys(H2_FLOODS))(
  `%s from ${CONNECTIONS} connections for a minute: visitors are served as ever`,
  async (flood) => {
    const localAddress = `127.0.3.${Object.keys(H2_FLOODS).indexOf(flood) + 1}`;
    const attack = { origin: server.https, flood, connections: CONNECTIONS, durationMs: DURATION_MS, localAddress };
    const report = await expectServedDuring(server, () => floodH2(attack));
    expect(report.steps).toBeGreaterThan(CONNECTIONS);
  },
);
