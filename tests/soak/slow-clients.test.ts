import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../support/holdfast-process.ts';
import { expectServedDuring } from '../support/siege.ts';
import { attackSlowly, slowHttpTestMissing, type SlowKind } from '../support/slow-clients.ts';
import { startTestApplication, type TestApplication } from '../support/test-application.ts';

if (slowHttpTestMissing !== null) console.warn(slowHttpTestMissing);

const CONNECTIONS = 400;
const SECONDS = 60;
const KINDS: readonly SlowKind[] = ['headers', 'body', 'read'];

describe.skipIf(slowHttpTestMissing !== null).each([
  ['in one process', []],
  ['with two gateway workers', ['--workers', '2']],
])(`${CONNECTIONS} slow clients for ${SECONDS} s, %s`, (_name, args) => {
  const stack = new AsyncDisposableStack();
  let application: TestApplication;
  let server: HoldfastProcess;
  beforeAll(async () => {
    application = stack.use(await startTestApplication());
    server = stack.use(await HoldfastProcess.start({ args: ['--to', application.url, ...args] }));
  });
  afterAll(() => stack.disposeAsync());

  test.each(KINDS)('slow %s: visitors are served as ever', async (kind) => {
    const attack = { kind, origin: server.https, connections: CONNECTIONS, seconds: SECONDS };
    expect(await expectServedDuring(server, () => attackSlowly(attack))).toMatch(/slow HTTP test|Exit status|closed/iu);
  });
});
