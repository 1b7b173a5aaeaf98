import type { Permission, RuleView } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rules } from '../../domains/detection/index.ts';
import type { Identity } from '../../domains/identity/index.ts';
import type { Protection } from '../../domains/protection/index.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';
import { createTestApi } from '../test-api.ts';

const ID = 'a0000000-0000-4000-8000-000000000001';
const RULES = '/api/v1/detection/rules';
const operator = { kind: 'operator' as const, ref: 'host:0' };

const view: RuleView = {
  id: ID,
  kind: 'rule',
  origin: 'imported',
  state: 'test',
  title: 'One',
  severity: 'low',
  status: null,
  logsource: { category: 'webserver', product: null, service: null },
  tags: [],
  file: 'a.yml',
  digest: 'd',
  hits: 0,
  lastHitAt: null,
  idle: null,
  changedAt: 1,
  changedBy: 'operator:host:0',
};

let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let api: Api;
let done: unknown[] = [];

/** Notes what it was asked to do; what is not asked here is not there. */
const rules = {
  list: async () => ({ items: [view], next: null }),
  setState: async (id: string, state: string, by: object) => {
    done.push(['setState', id, state, by]);
    return view;
  },
  remove: async (id: string, by: object) => void done.push(['remove', id, by]),
  except: async (id: string, input: object) => {
    done.push(['except', id, input]);
    return view;
  },
} as unknown as Rules;

beforeAll(async () => {
  platform = await openTestPlatform();
  ({ identity, protection, api } = createTestApi(platform, { detection: { rules } }));
}, 60_000);
afterAll(async () => {
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});
beforeEach(() => {
  done = [];
});

async function call(permissions: Permission[], method: string, path: string, body?: object): Promise<number> {
  const { token } = await identity.createToken({ name: 'test', permissions, days: 1, cidrs: [] }, operator);
  const headers = { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return (await api.request(path, init, { incoming: { socket: { remoteAddress: '127.0.0.1' } } })).status;
}

describe('rules over the API', () => {
  it('are read with one permission and changed with another', async () => {
    expect(await call(['detection:read'], 'GET', RULES)).toBe(200);
    expect(await call(['event:read'], 'GET', RULES)).toBe(403);
    const off = { state: 'off', reason: 'too many of them' };
    expect(await call(['detection:read'], 'PUT', `${RULES}/${ID}/state`, off)).toBe(403);
    expect(done).toEqual([]);
    expect(await call(['detection:write'], 'PUT', `${RULES}/${ID}/state`, off)).toBe(200);
    expect(done).toMatchObject([['setState', ID, 'off', { actor: { kind: 'token' }, reason: 'too many of them' }]]);
  });

  it('are removed only with a reason', async () => {
    expect(await call(['detection:write'], 'DELETE', `${RULES}/${ID}`, {})).toBe(400);
    expect(await call(['detection:write'], 'DELETE', `${RULES}/${ID}`, { reason: 'gone' })).toBe(204);
    expect(done).toHaveLength(1);
  });

  it('take nothing that is out of shape', async () => {
    const refused: [method: string, path: string, body: object][] = [
      ['POST', `${RULES}/import`, { files: [] }],
      ['POST', `${RULES}/import`, { files: Array.from({ length: 501 }, () => ({ name: 'a', text: 'b' })) }],
      ['POST', `${RULES}/import`, { files: [{ name: 'a', text: 'b'.repeat(65_537) }] }],
      ['POST', '/api/v1/detection/backtest', { days: 7 }],
      ['POST', '/api/v1/detection/backtest', { rule: ID, days: 91 }],
      ['POST', `${RULES}/${ID}/exceptions`, { where: [{ field: 'a|b\n', value: 'c' }], reason: 'a test' }],
      ['POST', `${RULES}/${ID}/exceptions`, { where: [], reason: 'a test' }],
      ['PUT', `${RULES}/__proto__/state`, { state: 'on' }],
      ['POST', `${RULES}/${ID}/explain`, { event: { type: 'x' } }],
    ];
    for (const [method, path, body] of refused)
      expect(await call(['detection:write', 'detection:read'], method, path, body), `${method} ${path}`).toBe(400);
    expect(await call(['detection:read'], 'GET', `${RULES}/${ID}/explain?request=nonsense`)).toBe(400);
    expect(done).toEqual([]);
  });
});
