import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashToken, TOKEN_BYTES, writeToken } from '../../../packages/server/src/domains/identity/token-text.ts';
import { PERSON, startIdentityStand, type IdentityStand } from '../../support/identity-stand.ts';
import { enforcedPolicies } from '../../support/policies.ts';
import { sendRaw, type RawAnswer } from '../../support/raw-client.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';

/** What Traefik 3 is documented to send: a GET, every header of the client, its own five over whatever the client sent. */
const TRAEFIK: Readonly<Record<string, string>> = {
  'X-Forwarded-Method': 'GET',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'shop.example',
  'X-Forwarded-Uri': '/orders?page=2',
  'X-Forwarded-For': '198.51.100.7',
};
const NAVIGATE = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate' };

let stand: IdentityStand;
beforeAll(async () => {
  stand = await startIdentityStand({
    hosts: ['shop.example'],
    login: { mode: 'required', forwardAuth: { proxies: ['127.0.0.1'] }, assertionAliases: ['pomerium', 'cloudflare'] },
  });
});
afterAll(() => stand[Symbol.asyncDispose]());
beforeEach(() => stand.upstream.reset());

interface Question {
  readonly family?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly more?: string;
}

/** The question as a proxy sends it: to our own address, whatever the visitor asked for. */
async function ask({ family = 'traefik', headers = {}, method = 'GET', more = '' }: Question): Promise<RawAnswer> {
  const lines = Object.entries({ ...TRAEFIK, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = `${method} /.holdfast/forward-auth/${family} HTTP/1.1\r\nHost: holdfast.internal:8000\r\n${lines.join('')}${more}\r\n`;
  const { answers } = await sendRaw({ port: stand.gateway.plainPort, bytes, answersMax: 1, quietMs: 5000 });
  const [answer] = answers;
  if (answer === undefined) throw new Error('the gateway did not answer');
  return answer;
}
const headerOf = ({ headers }: RawAnswer, name: string): string | undefined => headers.find(([held]) => held === name)?.[1];
const cookieOf = (token: string): Readonly<Record<string, string>> => ({ Cookie: `__Host-holdfast=${token}` });
const reasonOf = async (answer: RawAnswer): Promise<string | null | undefined> => {
  const find = () => stand.gateway.events('request.completed').find((one) => one.requestId === headerOf(answer, 'x-request-id'));
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  return find()?.reason;
};

describe('the answer to a question of Traefik', () => {
  test('is who it is, signed for the application and the origin that the visitor sees', async () => {
    const answer = await ask({ headers: cookieOf(stand.control.signIn()) });
    expect(answer).toMatchObject({ status: 200, body: '' });
    const token = headerOf(answer, 'x-holdfast-jwt-assertion') ?? '';
    const list: KeyList = { keys: stand.gateway.snapshot().identityKeys.map(({ publicJwk }) => publicJwk) };
    expect(verifyAssertion(token, list, { issuer: 'https://shop.example', audience: 'echo' }).payload).toMatchObject({
      name: 'Ann Example',
    });
    expect(headerOf(answer, 'x-holdfast-email')).toBe('ann@example.test');
    expect(headerOf(answer, 'x-holdfast-groups')).toBe('staff');
    expect(headerOf(answer, 'cache-control')).toBe('no-store');
    expect(stand.upstream.seen).toEqual([]);
  });

  test('carries the names that other products gave this header, where the application asked for them', async () => {
    const answer = await ask({ headers: cookieOf(stand.control.signIn()) });
    const token = headerOf(answer, 'x-holdfast-jwt-assertion');
    expect(headerOf(answer, 'x-pomerium-jwt-assertion')).toBe(token);
    expect(headerOf(answer, 'cf-access-jwt-assertion')).toBe(token);
  });

  test('a name that is not ASCII comes as UTF-8, one that would end a header does not come', async () => {
    const umlaut = await ask({ headers: cookieOf(stand.control.signIn({ name: 'Zoë' })) });
    expect(Buffer.from(headerOf(umlaut, 'x-holdfast-name') ?? '', 'latin1').toString()).toBe('Zoë');
    const split = await ask({
      headers: cookieOf(stand.control.signIn({ name: 'a\r\nX-Evil: 1', groups: ['a,admin', 'staff'] })),
    });
    expect(split.status).toBe(200);
    expect(headerOf(split, 'x-holdfast-name')).toBeUndefined();
    expect(headerOf(split, 'x-evil')).toBeUndefined();
    expect(headerOf(split, 'x-holdfast-groups')).toBe('staff');
  });

  test('sends a browser to the sign-in with the whole address: Traefik would resolve a part against ours', async () => {
    const answer = await ask({ headers: NAVIGATE });
    const next = encodeURIComponent('/orders?page=2');
    expect([answer.status, headerOf(answer, 'location')]).toEqual([302, `https://shop.example/.holdfast/login?next=${next}`]);
    const form = await ask({ headers: { ...NAVIGATE, 'X-Forwarded-Method': 'POST' } });
    expect([form.status, headerOf(form, 'location')]).toEqual([303, 'https://shop.example/.holdfast/login']);
    expect((await ask({})).status).toBe(401);
  });

  test('the cookie of another scheme opens nothing', async () => {
    const token = stand.control.signIn();
    expect((await ask({ headers: { Cookie: `holdfast=${token}` } })).status).toBe(401);
    expect((await ask({ headers: { Cookie: `holdfast=${token}`, 'X-Forwarded-Proto': 'http' } })).status).toBe(200);
  });

  test('a program is known by the token of its account, from where the account may call', async () => {
    const token = writeToken(randomBytes(TOKEN_BYTES));
    const hash = hashToken(token).toString('hex');
    const id = '01ARZ3NDEKTSV4RRFFQ69G5FAA';
    const account = { hash, id, name: 'nightly', token: PERSON, cidrs: ['198.51.100.0/24'], refusal: null };
    stand.control.accounts.set(hash, { ...account, expiresAt: Date.now() + 3_600_000 });
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await ask({ headers });
    expect([answer.status, headerOf(answer, 'x-holdfast-user'), headerOf(answer, 'x-holdfast-name')]).toEqual([
      200,
      id,
      'nightly',
    ]);
    // The visitor's address counts, and not that of the proxy.
    expect((await ask({ headers: { ...headers, 'X-Forwarded-For': '203.0.113.9' } })).status).toBe(403);
  });

  test('the handshake of a WebSocket is a question like any other', async () => {
    const more =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    const headers = { 'X-Forwarded-Proto': 'wss', ...cookieOf(stand.control.signIn()) };
    expect((await ask({ headers, more })).status).toBe(200);
    expect((await ask({ headers: { 'X-Forwarded-Proto': 'wss' }, more })).status).toBe(401);
    expect(stand.upstream.upgrades).toBe(0);
  });
});

describe('nginx', () => {
  const family = 'nginx';
  const original = { 'X-Original-URL': 'https://shop.example:443/orders', 'X-Original-Method': 'GET' };
  test('gets 401 with the place to go, because it takes a redirect for a failure', async () => {
    const answer = await ask({ family, headers: { ...original, ...NAVIGATE } });
    expect([answer.status, headerOf(answer, 'location')]).toEqual([401, 'https://shop.example/.holdfast/login?next=%2Forders']);
    const program = await ask({ family, headers: original });
    expect([program.status, headerOf(program, 'location')]).toEqual([401, undefined]);
  });
  test('gets 403 for everything else', async () => {
    const attack = {
      ...original,
      'X-Original-URL': 'https://shop.example/orders?page=%27%20UNION%20SELECT%20password%20FROM%20users--',
    };
    expect((await ask({ family, headers: { ...attack, ...cookieOf(stand.control.signIn()) } })).status).toBe(403);
    const elsewhere = { ...original, 'X-Original-URL': 'https://other.example/orders' };
    const answer = await ask({ family, headers: elsewhere });
    expect(answer.status).toBe(403);
  });
});

describe('who may ask', () => {
  test('only who is on the list of this application', async () => {
    const headers = cookieOf(stand.control.signIn());
    expect((await ask({ headers })).status).toBe(200);
    const [application] = stand.gateway.snapshot().applications;
    const withProxies = (proxies: string[]) => {
      if (application === undefined) throw new Error('the stand has one application');
      stand.gateway.push({ applications: [{ ...application, login: { ...application.login, forwardAuth: { proxies } } }] });
    };
    for (const proxies of [[], ['192.0.2.0/24'], ['::1']]) {
      withProxies(proxies);
      const answer = await ask({ headers });
      expect(answer.status).toBe(403);
      expect(headerOf(answer, 'x-holdfast-jwt-assertion')).toBeUndefined();
      expect(answer.body).toContain('proxy-unlisted');
      expect(await reasonOf(answer)).toBe('forward-auth-proxy-unlisted');
    }
    withProxies(['127.0.0.0/8']);
    expect((await ask({ headers })).status).toBe(200);
  });

  test.each<readonly [string, Question]>([
    ['a body behind it', { more: 'Content-Length: 3\r\n\r\nabc' }],
    ['another method', { method: 'POST', more: 'Content-Length: 0\r\n' }],
    ['a header twice', { more: 'X-Forwarded-Uri: /open\r\n' }],
    ['the address of nobody', { headers: { 'X-Forwarded-For': 'unknown' } }],
  ])('%s is not a question', async (_name, question) => {
    const answer = await ask({ ...question, headers: { ...question.headers, ...cookieOf(stand.control.signIn()) } });
    expect(answer.status).toBe(403);
  });

  test('a fourth kind of proxy is a page that is not there', async () => {
    const answer = await ask({ family: 'envoy', headers: cookieOf(stand.control.signIn()) });
    expect([404, 421]).toContain(answer.status);
  });

  test('our own paths are not the application’s, also when a proxy asks about them', async () => {
    for (const uri of ['/.holdfast/login', '/.HOLDFAST/account', '/.well-known/holdfast/jwks.json']) {
      const answer = await ask({ headers: { 'X-Forwarded-Uri': uri, ...cookieOf(stand.control.signIn()) } });
      expect(answer.status, uri).toBe(404);
    }
  });
});

describe('access policies decide about what was asked for, and not about the question', () => {
  const STAFF_READ = '@id("staff") permit(principal in Group::"staff", action in Action::"read", resource);';
  const nginx = (method: string) => ({
    family: 'nginx',
    headers: { 'X-Original-URL': 'https://shop.example/orders', 'X-Original-Method': method },
  });
  const forwarded = (method: string) => ({ headers: { 'X-Forwarded-Method': method } });
  const statusOf = async (question: Question, change: Parameters<typeof stand.control.signIn>[0] = {}): Promise<number> => {
    const own = { Origin: 'https://shop.example', ...cookieOf(stand.control.signIn(change)) };
    return (await ask({ ...question, headers: { ...question.headers, ...own } })).status;
  };

  test.each([
    ['nginx', nginx],
    ['Traefik', forwarded],
  ])('%s is told 403 for what no policy permits, by method and by group, from the next question on', async (_name, about) => {
    expect(await statusOf(about('POST'))).toBe(200);
    stand.gateway.push({ policies: [enforcedPolicies(STAFF_READ)] });
    expect(await statusOf(about('GET'))).toBe(200);
    expect(await statusOf(about('POST'))).toBe(403);
    expect(await statusOf(about('GET'), { groups: ['guests'] })).toBe(403);
    stand.gateway.push({ policies: [] });
    expect(await statusOf(about('POST'))).toBe(200);
  });
});

describe('bans and rates are about the visitor', () => {
  const from = (address: string) => ({ 'X-Forwarded-For': address, ...cookieOf(stand.control.signIn()) });
  test('a banned one is refused, its neighbour and the proxy are not', async () => {
    stand.gateway.push({ bans: [{ prefix: '203.0.113.9', expiresAt: null }] });
    expect((await ask({ headers: from('203.0.113.9') })).status).toBe(403);
    expect((await ask({ headers: from('203.0.113.9, 198.51.100.7') })).status).toBe(200);
    expect((await ask({ headers: from('203.0.113.8') })).status).toBe(200);
    stand.gateway.push({ bans: [{ prefix: '127.0.0.0/8', expiresAt: null }] });
    expect((await ask({ headers: from('203.0.113.9') })).status).toBe(200);
    stand.gateway.push({ bans: [] });
  });

  test('one visitor uses up one budget', async () => {
    const [application] = stand.gateway.snapshot().applications;
    if (application === undefined) throw new Error('the stand has one application');
    // One in a hundred thousand seconds: whether the test is fast or slow, the second one is too many.
    stand.gateway.push({ applications: [{ ...application, rate: { ...application.rate, perSecond: 0.000_01, burst: 1 } }] });
    expect((await ask({ headers: from('203.0.113.20') })).status).toBe(200);
    const second = await ask({ headers: from('203.0.113.20') });
    expect([second.status, headerOf(second, 'retry-after') !== undefined]).toEqual([429, true]);
    expect((await ask({ headers: from('203.0.113.21') })).status).toBe(200);
    stand.gateway.push({ applications: [application] });
  });

  test('the record names the visitor and what was asked, and no token', async () => {
    const token = stand.control.signIn();
    const answer = await ask({ headers: { 'X-Forwarded-For': '203.0.113.30', ...cookieOf(token) } });
    await reasonOf(answer);
    const record = stand.gateway.events('request.completed').find((one) => one.requestId === headerOf(answer, 'x-request-id'));
    expect(record).toMatchObject({ outcome: 'allowed', target: '/orders', application: 'echo' });
    expect(record?.payload).toMatchObject({ address: '203.0.113.30', host: 'shop.example', method: 'GET', status: 200 });
    expect(JSON.stringify(stand.gateway.messages)).not.toContain(token);
  });
});

describe('behind Holdfast itself', () => {
  const through = async (headers: Readonly<Record<string, string>>): Promise<RawAnswer | undefined> => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const bytes = `GET / HTTP/1.1\r\nHost: shop.example\r\n${lines.join('')}\r\n`;
    return (await sendRaw({ port: stand.gateway.plainPort, bytes, answersMax: 1, quietMs: 5000 })).answers[0];
  };
  test('a listed proxy is believed about scheme and address, and the aliases are ours alone', async () => {
    const proxied = { 'X-Forwarded-For': '203.0.113.9, 198.51.100.7', 'X-Forwarded-Proto': 'https' };
    const forged = { 'X-Pomerium-Jwt-Assertion': 'forged', 'Cf-Access-Jwt-Assertion': 'forged', 'X-Holdfast-User': 'forged' };
    expect((await through({ ...proxied, ...forged, ...cookieOf(stand.control.signIn()) }))?.status).toBe(200);
    const headers = new Map(stand.last()?.headers);
    expect(headers.get('x-forwarded-for')).toBe('198.51.100.7, 127.0.0.1');
    expect(headers.get('x-forwarded-proto')).toBe('https');
    expect(headers.get('x-pomerium-jwt-assertion')).toBe(headers.get('x-holdfast-jwt-assertion'));
    expect(headers.get('cf-access-jwt-assertion')).toBe(headers.get('x-holdfast-jwt-assertion'));
    expect(JSON.stringify(stand.last())).not.toContain('forged');
  });
  test('underscore variants are refused before anything reads them', async () => {
    for (const name of ['x_holdfast_jwt_assertion', 'X-Holdfast_Jwt_Assertion', 'x_pomerium_jwt_assertion', 'x_forwarded_for'])
      expect((await through({ [name]: 'forged', ...cookieOf(stand.control.signIn()) }))?.status, name).toBe(400);
    expect(stand.upstream.seen).toEqual([]);
  });
});
