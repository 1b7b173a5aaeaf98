import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../domains/access/index.ts';
import { Refusal } from '../platform/refusal.ts';
import { needs, noContent, type ApiEnv } from './route.ts';

const session = {
  id: 'S',
  person: 'ada',
  name: 'ada',
  role: 'owner',
  groups: [],
  expiresAt: 1,
  elevatedUntil: null,
  isElevated: true,
} as const;
const PERSON: Principal = { actor: { kind: 'operator', ref: 'person:ada' }, permissions: 'all', session };
const TOKEN: Principal = { actor: { kind: 'token', ref: 'T' }, permissions: 'all' };

let asked: object[] = [];
let answered: string[] = [];
beforeEach(() => {
  asked = [];
  answered = [];
});

/** One route of each kind; whoever was away is asked, or nobody is. */
function apiOf(principal: Principal, isAsked: boolean) {
  const api = new OpenAPIHono<ApiEnv>();
  api.use(async (context, next) => {
    context.set('principal', principal);
    context.set('access', { decide: async () => 'allowed' as const });
    if (isAsked)
      context.set('dormancy', {
        async before(call) {
          asked.push(call);
          throw new Refusal('step-up-required');
        },
      });
    await next();
  });
  api.onError((error, context) => context.text(error instanceof Refusal ? error.code : 'internal', 403));
  const route = (method: 'get' | 'post', path: string, need: ReturnType<typeof needs>): void => {
    api.openapi(createRoute({ method, path, ...need, responses: noContent('Done.') }), (context) => {
      answered.push(path);
      return context.body(null, 204);
    });
  };
  route('post', '/reveal', needs('secret:reveal', { isDecidedBelow: true }));
  route('post', '/list', needs('secret:read', { isDecidedBelow: true }));
  route('post', '/person', needs('person:write'));
  route('get', '/person', needs('person:write'));
  route('post', '/end', needs('person:write', { isCalming: true }));
  route('post', '/note', needs('alert:write'));
  return async (method: string, path: string): Promise<string> => (await api.request(path, { method })).text();
}

describe('before a call of somebody who was away is answered', () => {
  it('they are asked when it reads a secret or changes who may what, and at nothing else', async () => {
    const call = apiOf(PERSON, true);
    expect(await call('POST', '/reveal')).toBe('step-up-required');
    expect(await call('POST', '/person')).toBe('step-up-required');
    expect(answered).toEqual([]);
    expect(asked).toEqual([
      { person: 'ada', permission: 'secret:reveal' },
      { person: 'ada', permission: 'person:write' },
    ]);
    for (const [method, path] of [
      ['POST', '/list'],
      ['GET', '/person'],
      ['POST', '/end'],
      ['POST', '/note'],
    ] as const)
      expect(await call(method, path), path).toBe('');
    expect(answered).toEqual(['/list', '/person', '/end', '/note']);
  });

  it('nobody is asked where that is not set, and no token ever', async () => {
    const others = [apiOf(PERSON, false), apiOf(TOKEN, true)];
    for (const call of others) for (const path of ['/reveal', '/person']) expect(await call('POST', path)).toBe('');
    expect(asked).toEqual([]);
    expect(answered).toEqual(['/reveal', '/person', '/reveal', '/person']);
  });
});
