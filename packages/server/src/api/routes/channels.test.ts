import type { ChannelView, Page, Permission } from '@holdfast/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChannels, type Channels } from '../../domains/detection/index.ts';
import type { Identity } from '../../domains/identity/index.ts';
import type { Protection } from '../../domains/protection/index.ts';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';
import { createTestApi } from '../test-api.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const AT = '/api/v1/channels';
const SECRET = 'canary-of-24-characters-or-more';
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let channels: Channels;
let api: Api;

beforeAll(async () => {
  platform = await openTestPlatform();
  // What is sealed here is read by nobody else: texts as they are.
  const keyring = {
    isSealed: false,
    seal: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
    open: (text: string) => Buffer.from(text, 'base64'),
  };
  channels = createChannels({
    ...platform,
    keyring,
    log: silentLog,
    node: 'test',
    metrics: { count: () => undefined, set: () => undefined },
    mail: { deliver: async () => Promise.resolve() },
    link: () => null,
  });
  ({ identity, protection, api } = createTestApi(platform, { detection: { channels } }));
}, 60_000);
afterAll(async () => {
  await channels[Symbol.asyncDispose]();
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

async function callerWith(...permissions: Permission[]) {
  const { token } = await identity.createToken(
    { name: permissions.join('-').replaceAll(':', '-'), permissions, days: 1 },
    operator,
  );
  return async (method: string, path: string, body?: unknown) =>
    api.request(path, {
      method,
      headers: { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

it('channels are set up by whoever may, read by whoever may look, and no answer holds a secret', async () => {
  const write = await callerWith('channel:write', 'channel:read');
  const read = await callerWith('channel:read');
  const target = { kind: 'webhook', url: 'https://hooks.example.test/in', secret: SECRET };
  expect((await read('POST', AT, { name: 'hook', target })).status).toBe(403);
  const added = await write('POST', AT, { name: 'hook', target });
  expect(added.status).toBe(201);
  const text = await added.text();
  expect(text).not.toContain('canary');
  expect(JSON.parse(text)).toMatchObject({ name: 'hook', state: 'unused', severity: 'medium', target: { secret: null } });
  // The shape of these answers is what the schema of the route lets out.
  const { items } = (await (await read('GET', AT)).json()) as Page<ChannelView>;
  expect(items).toHaveLength(1);
  expect((await write('PATCH', `${AT}/hook`, { enabled: false })).status).toBe(200);
  expect(await (await read('GET', `${AT}/hook`)).json()).toMatchObject({ enabled: false });
  for (const [method, path, body] of [
    ['PATCH', `${AT}/hook`, { enabled: true }],
    ['POST', `${AT}/hook/test`, undefined],
    ['DELETE', `${AT}/hook`, undefined],
  ] as const)
    expect((await read(method, path, body)).status, path).toBe(403);
  expect((await write('DELETE', `${AT}/hook`)).status).toBe(204);
  expect((await read('GET', `${AT}/hook`)).status).toBe(404);
  const types = platform.recorded.map(({ type }) => type).filter((type) => type.startsWith('channel.'));
  expect(types).toEqual(['channel.changed', 'channel.changed', 'channel.changed']);
});

it('what cannot be told to is refused with the field, and dead letters are asked for by channel', async () => {
  const write = await callerWith('channel:write', 'channel:read');
  const target = { kind: 'webhook', url: 'http://169.254.169.254/latest', secret: SECRET };
  const refused = await write('POST', AT, { name: 'meta', target });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ errors: [{ pointer: '/target/url' }] });
  expect((await write('POST', AT, { name: 'archive', target: { kind: 'file', file: '../../etc/passwd' } })).status).toBe(400);
  expect((await write('POST', AT, { name: 'archive', target: { kind: 'file', file: 'a.jsonl' } })).status).toBe(201);
  expect(await (await write('GET', `${AT}/archive/dead-letters`)).json()).toEqual({ items: [], next: null });
  const letter = `${AT}/archive/dead-letters/01ARZ3NDEKTSV4RRFFQ69G5FAV`;
  expect((await write('POST', `${letter}/resend`)).status).toBe(404);
  expect((await write('POST', `${letter}/drop`, {})).status).toBe(400);
  expect((await write('POST', `${letter}/drop`, { reason: 'seen' })).status).toBe(404);
  expect(await (await write('POST', `${AT}/archive/test`)).json()).toMatchObject({ outcome: 'sent' });
});
