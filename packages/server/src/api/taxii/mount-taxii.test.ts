import type { IndicatorQuery, IndicatorView, Permission } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../domains/identity/index.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { DetectionPort } from '../parts.ts';
import type { Api } from '../route.ts';
import { createTestApi } from '../test-api.ts';
import { MEDIA_TYPE, OWN_COLLECTION } from './mount-taxii.ts';

const ROOT = '/taxii2/shared/';
const BASE = `${ROOT}collections/${OWN_COLLECTION}/`;
const OWN = '00000000000000000000000000';

let platform: TestPlatform;
let identity: Identity;
let api: Api;
let token = '';

const view = (number: number, change: Partial<IndicatorView> = {}): IndicatorView => ({
  id: `entry-${number}`,
  kind: 'address',
  value: `198.51.100.${number}`,
  source: OWN,
  sourceName: 'own',
  confidence: 80,
  action: 'watch',
  firstSeenAt: Date.UTC(2026, 0, 1, 0, 0, number),
  expiresAt: Date.UTC(2027, 0, 1),
  detail: 'told by a neighbour',
  ...change,
});
const views = [
  ...Array.from({ length: 25 }, (_, index) => view(index + 1)),
  view(30, { kind: 'host', value: '*.evil.example' }),
  view(31, { kind: 'agent', value: 'evilbot/1.0' }),
  view(32, { kind: 'hash', value: 'd41d8cd98f00b204e9800998ecf8427e' }),
  view(33, { kind: 'url', value: "http://evil.example/a'b" }),
];
// Of the rooms of the watch one part of one is asked here.
const intel = {
  indicators: async ({ source, cursor = '0', limit }: IndicatorQuery) => {
    const from = Number(cursor);
    const mine = views.filter((one) => one.source === source);
    return { items: mine.slice(from, from + limit), next: from + limit < mine.length ? String(from + limit) : null };
  },
} as unknown as DetectionPort['intel'];

async function tokenWith(...permissions: readonly Permission[]): Promise<string> {
  const created = await identity.createToken(
    { name: `t${permissions.join('-').replaceAll(':', '-')}`, permissions: [...permissions], days: 1 },
    { kind: 'operator', ref: 'host:0' },
  );
  return created.token;
}

interface Asked {
  readonly authorization?: string;
  readonly accept?: string;
  readonly method?: string;
}
const ask = async (
  path: string,
  { authorization = `Bearer ${token}`, accept = MEDIA_TYPE, method = 'GET' }: Asked = {},
): Promise<Response> =>
  api.request(`http://127.0.0.1${path}`, {
    method,
    headers: { host: '127.0.0.1', accept, ...(authorization === '' ? {} : { authorization }) },
  });
const bodyOf = async (path: string): Promise<unknown> => {
  const answer = await ask(path);
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get('content-type')).toBe(MEDIA_TYPE);
  return answer.json();
};
interface Envelope {
  readonly more: boolean;
  readonly next?: string;
  readonly objects?: readonly { readonly id: string; readonly version?: string; readonly pattern?: string }[];
}
// What it has to look like is said by the expectations.
const envelopeOf = async (path: string): Promise<Envelope> => (await bodyOf(path)) as Envelope;

beforeAll(async () => {
  platform = await openTestPlatform();
  ({ api, identity } = createTestApi(platform, { detection: { intel } }));
  token = await tokenWith('intel:read');
});
afterAll(async () => platform[Symbol.asyncDispose]());

describe('the TAXII server', () => {
  it('says what there is: discovery, API root, collections', async () => {
    expect(await bodyOf('/taxii2/')).toMatchObject({ title: 'Holdfast', api_roots: [ROOT] });
    expect(await bodyOf(ROOT)).toMatchObject({ versions: [MEDIA_TYPE] });
    expect(await bodyOf(`${ROOT}collections/`)).toMatchObject({
      collections: [{ id: OWN_COLLECTION, can_read: true, can_write: false }],
    });
    expect(await bodyOf(BASE)).toMatchObject({ id: OWN_COLLECTION });
  });

  it('gives our own indicators in pages, each once, in the order in which they were added', async () => {
    const ids: string[] = [];
    let next = '';
    for (let pages = 0; pages < 20; pages += 1) {
      const page = await envelopeOf(`${BASE}objects/?limit=4${next}`);
      ids.push(...(page.objects ?? []).map(({ id }) => id));
      next = `&next=${page.next}`;
      if (!page.more) break;
    }
    expect(ids).toHaveLength(views.length);
    expect(new Set(ids).size).toBe(views.length);
  });

  it('filters as asked, and tells when the first and the last were added', async () => {
    const after = '2026-01-01T00:00:24.500Z';
    const answer = await ask(`${BASE}objects/?added_after=${after}&limit=3`);
    expect(answer.headers.get('x-taxii-date-added-first')).toBe('2026-01-01T00:00:25.000000Z');
    expect(answer.headers.get('x-taxii-date-added-last')).toBe('2026-01-01T00:00:31.000000Z');
    const objects = async (query: string): Promise<number> => (await envelopeOf(`${BASE}objects/?${query}`)).objects?.length ?? 0;
    expect(await objects('match[type]=malware')).toBe(0);
    expect(await objects('match[type]=malware,indicator&match[spec_version]=2.1')).toBe(views.length);
    expect(await objects('match[spec_version]=2.0')).toBe(0);
    expect(await objects('match[version]=2026-01-01T00:00:05.000Z')).toBe(1);
    expect(await objects('match[version]=all')).toBe(views.length);
  });

  it('gives one object, its versions and the manifest', async () => {
    const manifest = await envelopeOf(`${BASE}manifest/?limit=2`);
    expect(manifest).toMatchObject({ more: true, objects: [{ version: '2026-01-01T00:00:01.000Z' }, {}] });
    const first = manifest.objects?.[0];
    expect(await bodyOf(`${BASE}objects/${first?.id}/`)).toMatchObject({
      more: false,
      objects: [{ id: first?.id, type: 'indicator' }],
    });
    expect(await bodyOf(`${BASE}objects/${first?.id}/versions/`)).toEqual({ more: false, versions: [first?.version] });
    expect(await bodyOf(`${BASE}manifest/?match[id]=${first?.id}`)).toMatchObject({ objects: [{ id: first?.id }] });
  });

  it('writes patterns that say what is listed, and nothing of why', async () => {
    const answer = await (await ask(`${BASE}objects/`)).text();
    expect(answer).not.toContain('neighbour');
    const { objects } = await envelopeOf(`${BASE}objects/`);
    const patterns = objects?.map(({ pattern }) => pattern);
    expect(patterns).toContain("[ipv4-addr:value = '198.51.100.7']");
    expect(patterns).toContain("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[*] = 'evilbot/1.0']");
    expect(patterns).toContain("[file:hashes.'MD5' = 'd41d8cd98f00b204e9800998ecf8427e']");
    expect(patterns).toContain(String.raw`[url:value = 'http://evil.example/a\'b']`);
    expect(patterns).toContain("[domain-name:value = 'evil.example' OR domain-name:value LIKE '%.evil.example']");
  });

  it.each([
    ['no token', '/taxii2/', { authorization: '' }, 401],
    ['a token that nobody has', '/taxii2/', { authorization: 'Bearer hf_nobody' }, 401],
    ['another media type', '/taxii2/', { accept: 'application/json' }, 406],
    ['TAXII 2.0', '/taxii2/', { accept: 'application/vnd.oasis.taxii+json; version=2.0' }, 406],
    ['another API root', '/taxii2/other/', {}, 404],
    ['another collection', `${ROOT}collections/other/objects/`, {}, 404],
    ['another object', `${BASE}objects/indicator--1/`, {}, 404],
    ['a time that is none', `${BASE}objects/?added_after=yesterday`, {}, 400],
    ['a limit that is none', `${BASE}objects/?limit=0`, {}, 400],
    ['a page that was not given out', `${BASE}objects/?next=AAAA`, {}, 400],
    ['a version that is none', `${BASE}objects/?match[version]=newest`, {}, 400],
    ['adding objects', `${BASE}objects/`, { method: 'POST' }, 403],
    ['deleting one', `${BASE}objects/indicator--1/`, { method: 'DELETE' }, 403],
    ['writing elsewhere', '/taxii2/', { method: 'PUT' }, 405],
  ])('refuses %s in an error message', async (_what, path, how, status) => {
    const answer = await ask(path, how);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(MEDIA_TYPE);
    expect(await answer.json()).toMatchObject({ title: expect.any(String), http_status: String(status) });
    if (status === 401) expect(answer.headers.get('www-authenticate')).toContain('Basic');
  });

  it('takes a token as the password of Basic, and only with the right to read', async () => {
    const basic = (text: string): string => `Basic ${Buffer.from(`reader:${text}`).toString('base64')}`;
    expect((await ask('/taxii2/', { authorization: basic(token) })).status).toBe(200);
    expect((await ask('/taxii2/', { accept: 'application/taxii+json' })).status).toBe(200);
    expect((await ask('/taxii2/', { authorization: basic('wrong') })).status).toBe(401);
    expect((await ask('/taxii2/', { authorization: `Bearer ${await tokenWith('ban:read')}` })).status).toBe(403);
  });
});
