import { mkdirSync } from 'node:fs';
import type { OwnKeyView } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const identity: OwnKeyView = {
  kind: 'own',
  name: 'identity',
  node: null,
  since: 1_700_000_000_000,
  everyDays: 30,
  nextAt: 1_702_000_000_000,
  failures: 0,
  trouble: null,
};
const EMPTY = {
  'GET /api/v1/rotation-plans': { body: { items: [] } },
  'GET /api/v1/rotations': { body: { items: [], next: null } },
};
let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>> | undefined;

beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());
afterEach(async () => server?.close());

describe('keys of Holdfast itself', () => {
  it('are changed by the command for secrets, and a name that is none of them sends nothing', async () => {
    server = await answerOnSocket(terminal.dataDir, { 'POST /api/v1/own-keys/identity/rotate': { body: identity } });
    expect(await terminal.run(['secret', 'rotate', 'holdfast/identity', '--now'])).toMatchObject({ code: 0 });
    expect((await terminal.run(['secret', 'rotate', 'holdfast/other'])).code).toBe(2);
    expect((await terminal.run(['secret', 'rotate', 'holdfast/identity', '--drill'])).code).toBe(2);
    expect(server.seen).toMatchObject([{ url: '/api/v1/own-keys/identity/rotate', body: { now: true } }]);
  });

  it('are no hindrance to an application of that name', async () => {
    server = await answerOnSocket(terminal.dataDir, {});
    await terminal.run(['secret', 'rotate', 'holdfast/production/identity']);
    expect(server.seen).toMatchObject([{ url: '/api/v1/rotations', body: { application: 'holdfast', name: 'identity' } }]);
  });

  it('stand beside the plans with their time, and one that is off says so', async () => {
    const ledger = { ...identity, name: 'ledger', everyDays: null, nextAt: null, failures: 2, trouble: 'it failed' };
    server = await answerOnSocket(terminal.dataDir, {
      ...EMPTY,
      'GET /api/v1/own-keys': { body: { items: [identity, ledger] } },
    });
    const { stdout } = await terminal.run(['secret', 'rotations']);
    expect(stdout).toMatch(/holdfast\/identity +\S.* 30 d/u);
    expect(stdout).toMatch(/holdfast\/ledger +\S.* off .*2, it failed/u);
  });

  it('are left out for whoever may not see them, and of one application', async () => {
    const refused = { status: 403, body: { code: 'permission-missing', detail: 'Not allowed.' } };
    server = await answerOnSocket(terminal.dataDir, { ...EMPTY, 'GET /api/v1/own-keys': refused });
    const ran = await terminal.run(['secret', 'rotations']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toContain('OWN KEY');
    await terminal.run(['secret', 'rotations', '--app', 'shop']);
    expect(server.seen.filter(({ url }) => url === '/api/v1/own-keys')).toHaveLength(1);
  });
});
