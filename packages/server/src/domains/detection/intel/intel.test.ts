import { intelEvents, type EventRecord } from '@holdfast/contract';
import { createServer, type RequestListener, type Server } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entryId } from '../../../platform/lookup/entry-id.ts';
import { readTable } from '../../../platform/lookup/table-file.ts';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Actor } from '../../applications/index.ts';
import { createIntel } from './create-intel.ts';
import type { Intel } from './intel.ts';
import { PLANTED_SOURCE } from './planted/planted-source.ts';
import { doJob, type RunJob } from './thread/jobs.ts';

const actor: Actor = { kind: 'operator', ref: 'host:0' };
const DAY_MS = 86_400_000;
const page = { limit: 50 };

let platform: TestPlatform;
let intel: Intel;
let changes = 0;
let server: Server;
let answer: RequestListener;
let feed: string;
const warnings: object[] = [];
const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) };

// What the thread does, in this process: the tests run on more versions of Node than the product.
const run = (async (job) => structuredClone(doJob(structuredClone(job)))) as RunJob;
let patienceMs: number | undefined;
const open = (): Intel =>
  createIntel({
    patienceMs,
    ...platform,
    log,
    metrics: { count() {}, set() {} },
    run,
    allows: async () => ['203.0.113.200'],
    changed: async () => void (changes += 1),
    secret: (reference) => `value of ${reference}`,
  });

const listsOf = async (address: string): Promise<number> => {
  const table = await intel.table();
  return table === null ? 0 : (await readTable(table.file, table.digest)).findAddress(address, platform.clock.now()).length;
};
const told = (type: string): EventRecord[] => platform.recorded.filter((event) => event.type === type);
const serve =
  (body: string | Uint8Array, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(200, headers).end(body);

beforeAll(async () => {
  platform = await openTestPlatform();
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  // A listening TCP server has one.
  feed = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  intel = open();
  changes = 0;
  warnings.length = 0;
  platform.recorded.length = 0;
});
afterEach(async () => {
  for (const { id } of await intel.sources()) await intel.removeSource(id, actor);
  for (const { id, sourceName } of (await intel.indicators(page)).items)
    if (sourceName === 'own') await intel.removeIndicator(id, actor);
  await intel[Symbol.asyncDispose]();
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await platform[Symbol.asyncDispose]();
});

const added = async (text: string, more: object = {}) => {
  answer = serve(text);
  const { id } = await intel.addSource({ name: 'feed', format: 'list', url: `${feed}/list`, action: 'score', ...more }, actor);
  return intel.refresh(id, actor);
};

describe('a source', () => {
  it('is read when it is due; what it lists is in the table that gateways get, and gone when it is gone', async () => {
    answer = serve('# a list\n198.51.100.0/24\n');
    await intel.addSource({ name: 'feed', format: 'list', url: `${feed}/list`, action: 'score' }, actor);
    expect(await intel.table()).toBeNull();
    await intel.tick();
    expect(await listsOf('198.51.100.7')).toBe(1);
    expect(await listsOf('198.51.101.7')).toBe(0);
    expect(changes).toBe(1);
    expect(told('intel.refreshed')[0]?.payload).toMatchObject({ added: 1, removed: 0, entries: 1 });
    await intel.tick();
    expect(changes, 'nothing was due, nothing is made anew').toBe(1);

    answer = serve('198.51.101.0/24\n');
    platform.advance(61 * 60_000);
    await intel.tick();
    expect(await listsOf('198.51.100.7')).toBe(0);
    expect(await listsOf('198.51.101.7')).toBe(1);
    const [source] = await intel.sources();
    await intel.removeSource(source?.id ?? '', actor);
    expect(await intel.table()).toBeNull();
  });

  it('that was read by hand is read again when its next turn comes, not at once', async () => {
    let asked = 0;
    const text = serve('198.51.100.0/24\n');
    answer = (request, response) => {
      asked += 1;
      text(request, response);
    };
    const { id } = await intel.addSource({ name: 'feed', format: 'list', url: `${feed}/list` }, actor);
    await intel.refresh(id, actor);
    await intel.tick();
    expect(asked).toBe(1);
    platform.advance(24 * 3_600_000);
    await intel.tick();
    expect(asked).toBe(2);
  });

  it('does not take what is known to be good: a resolver, private networks, the allow list, the whole Internet', async () => {
    const view = await added(
      '198.51.100.0/24\n9.9.9.9\n10.1.2.3\n100.64.0.0/16\n203.0.113.200\n0.0.0.0/1\n104.16.1.1\nnonsense\n',
    );
    expect(view).toMatchObject({ entries: 1, refused: 7, trouble: null, isStale: false });
    expect(Object.fromEntries(view.refusedWhy.map(({ why, entries }) => [why, entries]))).toEqual({
      'a well-known resolver': 1,
      'a private or reserved network': 2,
      'on the allow list': 1,
      'too broad': 1,
      'a content delivery network': 1,
      'not readable as an indicator': 1,
    });
    expect(await listsOf('198.51.100.7')).toBe(1);
    for (const address of ['9.9.9.9', '10.1.2.3', '203.0.113.200', '104.16.1.1']) expect(await listsOf(address), address).toBe(0);
    expect(told('intel.entry-refused').map(({ payload }) => payload['value'])).toContain('9.9.9.9');
    expect(warnings).toContainEqual(expect.objectContaining({ value: '9.9.9.9', why: 'a well-known resolver' }));
    platform.recorded.length = 0;
    await intel.refresh(view.id, actor);
    expect(told('intel.entry-refused'), 'told once').toEqual([]);
  });

  it('leaves known addresses free within a wider prefix', async () => {
    await added('203.0.113.0/24\n9.0.0.0/8\n');
    expect(await listsOf('203.0.113.199')).toBe(1);
    expect(await listsOf('203.0.113.200')).toBe(0);
    expect(await listsOf('9.9.9.8')).toBe(1);
    expect(await listsOf('9.9.9.9')).toBe(0);
  });

  it('that cannot be read keeps what it brought, says so once, and is tried again', async () => {
    const { id } = await added('198.51.100.0/24');
    answer = (_request, response) => void response.writeHead(500).end();
    expect(await intel.refresh(id, actor)).toMatchObject({ trouble: 'It answered 500.', entries: 1 });
    answer = serve('<!doctype html><p>maintenance');
    expect((await intel.refresh(id, actor)).trouble).toContain('page for people');
    await intel.refresh(id, actor);
    expect(told('intel.refresh-failed')).toHaveLength(2);
    expect(await listsOf('198.51.100.7')).toBe(1);
    answer = serve('198.51.100.0/24\n');
    expect(await intel.refresh(id, actor)).toMatchObject({ trouble: null });
  });

  it('is asked for changes only, is unpacked, and must have the digest that was named', async () => {
    const asked: (string | undefined)[] = [];
    const { id } = await added('198.51.100.1');
    answer = (request, response) => {
      asked.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end();
      return void response.writeHead(200, { etag: '"1"', 'content-encoding': 'gzip' }).end(gzipSync('198.51.100.2\n'));
    };
    await intel.refresh(id, actor);
    expect(await intel.refresh(id, actor)).toMatchObject({ trouble: null, entries: 1 });
    expect(asked).toEqual([undefined, '"1"']);
    expect(await listsOf('198.51.100.2')).toBe(1);

    answer = serve('198.51.100.3\n');
    const pinned = await intel.addSource({ name: 'pinned', format: 'list', url: `${feed}/p`, digest: '0'.repeat(64) }, actor);
    expect((await intel.refresh(pinned.id, actor)).trouble).toContain('another one was expected');
  });

  it('does not lead us to where nobody meant to ask (SSRF)', async () => {
    let hidden = 0;
    const inner = createServer((_request, response) => {
      hidden += 1;
      response.end('198.51.100.9');
    });
    await new Promise<void>((done) => void inner.listen(0, '127.0.0.1', done));
    const { port } = inner.address() as AddressInfo;
    const { id } = await added('198.51.100.1');
    for (const location of [
      'http://169.254.169.254/x',
      `http://[::1]:${port}/`,
      'http://192.0.2.1/',
      'file:///etc/passwd',
      `http://localhost:${port}/`,
    ]) {
      answer = (_request, response) => void response.writeHead(302, { location }).end();
      expect((await intel.refresh(id, actor)).trouble, location).toContain('It is not asked');
    }
    answer = (_request, response) => void response.writeHead(302, { location: '/list' }).end();
    expect((await intel.refresh(id, actor)).trouble).toContain('sent us on');
    expect(hidden).toBe(0);
    inner.close();
    for (const url of [
      'http://feeds.example.com/x',
      'ftp://192.0.2.1/x',
      'http://169.254.169.254/',
      'https://user:pw@feeds.example.com/',
      'x',
    ])
      if (!url.startsWith('http://feeds'))
        await expect(intel.addSource({ name: 'x', format: 'list', url }, actor), url).rejects.toMatchObject({
          code: 'input-invalid',
        });
  });

  it('sends its credential to the server that it was written for, and not to where that one sends us', async () => {
    const seen: (string | undefined)[] = [];
    const { id } = await added('198.51.100.1', { credential: 'env:INTEL_KEY' });
    answer = (request, response) => {
      seen.push(request.headers.authorization);
      response.end('198.51.100.1\n198.51.100.2');
    };
    expect(await intel.refresh(id, actor)).toMatchObject({ trouble: null, entries: 2 });
    expect(seen).toEqual(['Bearer value of env:INTEL_KEY']);
  });

  it('may be a file, but not one of those that are closed, and shows nothing of what it cannot read', async () => {
    await writeFile(path.join(platform.dataDir, 'mine.txt'), '198.51.100.4\nroot:x:0:0\n');
    const file = await intel.addSource({ name: 'file', format: 'list', url: 'file:mine.txt' }, actor);
    const view = await intel.refresh(file.id, actor);
    expect(view).toMatchObject({ entries: 1, refused: 1, trouble: null });
    expect(view.refusedWhy[0]?.example).toBe('');
    const keys = await intel.addSource({ name: 'keys', format: 'list', url: 'file:keys/ring.json' }, actor);
    expect((await intel.refresh(keys.id, actor)).trouble).not.toBeNull();
  });

  it('is less sure every day that it is not read, and its entries end', async () => {
    await added('198.51.100.0/24', { days: 10, confidence: 80 });
    const sure = async () => (await intel.lookup('198.51.100.7')).matches[0]?.confidence;
    expect(await sure()).toBe(80);
    platform.advance(5 * DAY_MS);
    expect(await sure()).toBe(40);
    answer = (_request, response) => void response.writeHead(500).end();
    platform.advance(6 * DAY_MS);
    expect(await listsOf('198.51.100.7')).toBe(0);
    await intel.tick();
    expect(await intel.table(), 'and they are out of the table').toBeNull();
    expect((await intel.sources())[0]?.isStale).toBe(true);
  });

  it('can be switched off and set, and every change is on record', async () => {
    const { id } = await added('198.51.100.0/24');
    await intel.changeSource(id, { enabled: false }, actor);
    expect(await listsOf('198.51.100.7')).toBe(0);
    await intel.changeSource(id, { enabled: true, action: 'block', confidence: 10 }, actor);
    expect((await intel.lookup('198.51.100.7')).matches).toMatchObject([
      { action: 'block', confidence: 10, value: '198.51.100.0/24' },
    ]);
    expect(told(intelEvents.sourceChanged.type)).toHaveLength(3);
    await expect(intel.addSource({ name: 'feed', format: 'list', url: null }, actor)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('without an address takes what is brought', async () => {
    const { id } = await intel.addSource({ name: 'by hand', format: 'csv', url: null, column: 'ip' }, actor);
    expect(await intel.bring(id, 'ip,confidence\n198.51.100.8,90\n', actor)).toMatchObject({ entries: 1 });
    await expect(intel.bring(id, 'a,b\n1,2\n', actor)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(intel.refresh(id, actor)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(intel.bring(id, 'ip\nhello\nworld\n', actor)).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await intel.lookup('198.51.100.8')).matches).toMatchObject([{ confidence: 90 }]);
    // A list that has become empty says so; one that cannot be read says nothing.
    expect(await intel.bring(id, 'ip\n', actor)).toMatchObject({ entries: 0 });
  });
});

describe('what is planted', () => {
  /** As a gateway tells that it loaded the table in force. */
  const meet = async (change: { detail?: string; isRefused?: boolean } = {}): Promise<void> => {
    const named = await intel.table();
    if (named === null) throw new Error('assertion: there is a table');
    const detail = `host ${entryId(PLANTED_SOURCE, 'host', named.planted)} block 100`;
    const payload = { table: named.digest, detail, isRefused: true, ...change };
    intel.observe([platform.bus.newEvent(intelEvents.canaryMet, { payload })]);
  };

  it('waits where nothing is listed, and is seen when a gateway would refuse it', async () => {
    await intel.tick();
    expect(intel.planted()).toEqual({ plantedAt: null, seenAt: null, outcome: 'idle' });
    await added('198.51.100.0/24');
    expect(intel.planted()).toMatchObject({ seenAt: null, outcome: 'waiting' });
    expect(
      (await intel.status()).entries.find(({ kind }) => kind === 'host'),
      'it is no entry',
    ).toMatchObject({ entries: 0 });
    expect((await intel.indicators(page)).items).toHaveLength(1);
    await meet({ isRefused: false });
    await meet({ detail: `host ${PLANTED_SOURCE}.0123456789abcdef block 100` });
    await meet({ detail: '' });
    expect(intel.planted().outcome, 'what is met is another one, or refuses nobody').toBe('waiting');
    platform.advance(61_000);
    expect(intel.planted().outcome).toBe('missed');
    const before = platform.clock.now();
    await meet();
    expect(intel.planted().outcome).toBe('seen');
    expect(intel.planted().seenAt).toBeGreaterThanOrEqual(before);
    expect(intel.planted().seenAt).toBeLessThanOrEqual(platform.clock.now());
  });

  it('is another one each hour, and each time that something changes', async () => {
    await added('198.51.100.0/24', { everyMinutes: 43_200 });
    const before = (await intel.table())?.planted;
    await meet();
    platform.advance(59 * 60_000);
    await intel.tick();
    expect((await intel.table())?.planted).toBe(before);
    platform.advance(2 * 60_000);
    await intel.tick();
    const after = (await intel.table())?.planted;
    expect(after).toMatch(/^canary-[0-9a-f]{24}\.invalid$/u);
    expect(after).not.toBe(before);
    expect(intel.planted().outcome).toBe('waiting');
    expect(await listsOf('198.51.100.7')).toBe(1);
  });

  it('may be met before whoever planted it knows', async () => {
    await added('198.51.100.0/24');
    await meet();
    expect(intel.planted().outcome).toBe('seen');
  });

  it('is planted at once by a self-test, in force meanwhile only, and the answer is on record', async () => {
    expect(await intel.table()).toBeNull();
    const test = intel.selfTest(actor);
    await expect.poll(() => changes, { timeout: 15_000 }).toBe(1);
    await meet();
    expect(await test).toMatchObject({ outcome: 'blocked', host: expect.stringMatching(/^canary-/u) });
    expect(await intel.table(), 'nothing is listed').toBeNull();
    expect(changes, 'gateways were told twice').toBe(2);
    expect(told('intel.self-tested').map(({ payload }) => payload['outcome'])).toEqual(['blocked']);
  });

  it('is missed when no gateway answers', async () => {
    patienceMs = 50;
    intel = open();
    patienceMs = undefined;
    expect(await intel.selfTest(actor)).toMatchObject({ outcome: 'missed' });
    expect(told('intel.self-tested').map(({ payload }) => payload['outcome'])).toEqual(['missed']);
  });
});

describe('a table that a gateway could not read', () => {
  it('is said in the status and made anew, another one is left alone', async () => {
    await added('198.51.100.0/24');
    expect((await intel.status()).refused).toBeNull();
    const before = await intel.table();
    const tell = (table: string): void => {
      const payload = { table, detail: 'it is not as it was written' };
      intel.observe([platform.bus.newEvent(intelEvents.tableRefused, { payload })]);
    };
    tell('0'.repeat(64));
    await intel.tick();
    expect((await intel.table())?.digest).toBe(before?.digest);
    // As a disk does it: what is made of the same entries has another seed, and another name.
    await writeFile(before?.file ?? '', 'damaged');
    tell(before?.digest ?? '');
    platform.advance(61_000);
    await intel.tick();
    expect((await intel.status()).refused).toMatchObject({ digest: before?.digest, detail: 'it is not as it was written' });
    expect((await intel.table())?.digest).not.toBe(before?.digest);
    expect(await listsOf('198.51.100.7')).toBe(1);
  });
});

describe('a warning list', () => {
  it('keeps what it names from being taken, by every kind of match', async () => {
    const list = (type: string, values: string[]) => ({ name: `a ${type} list`, version: 1, type, list: values });
    answer = serve(
      JSON.stringify([
        list('cidr', ['198.51.100.53/32']),
        list('hostname', ['good.example']),
        list('string', ['exact.example', '192.0.2.99']),
        list('substring', ['cdn-']),
        list('regex', ['/^a+\\.example$/i']),
      ]),
    );
    const { id } = await intel.addSource({ name: 'known', format: 'misp-warninglist', url: `${feed}/w` }, actor);
    expect(await intel.refresh(id, actor)).toMatchObject({ trouble: null, entries: 6 });
    const view = await added(
      [
        '198.51.100.0/24',
        '198.51.100.53',
        '192.0.2.99',
        'www.good.example',
        'exact.example',
        'x.cdn-1.example',
        'aaa.example',
        'bad.example',
      ].join('\n'),
    );
    expect(view).toMatchObject({ entries: 2, refused: 6 });
    expect(await listsOf('198.51.100.53')).toBe(0);
    expect(await listsOf('198.51.100.54')).toBe(1);
    expect((await intel.lookup('www.good.example')).known).toEqual(['on the warning list a hostname list']);
    expect((await intel.lookup('bad.example')).known).toEqual([]);
  });
});

describe('an indicator of our own', () => {
  const add = async (kind: 'address' | 'host' | 'agent', value: string, more: object = {}) =>
    intel.addIndicator({ kind, value, action: 'block', reason: 'seen in an attack', ...more }, actor);

  it('is in force at once, until it is removed or ends', async () => {
    const { id, value } = await add('address', '198.51.100[.]9/32', { days: 2 });
    expect(value).toBe('198.51.100.9');
    expect(await listsOf('198.51.100.9')).toBe(1);
    expect((await intel.indicators({ ...page, q: '198.51' })).items).toMatchObject([
      { id, sourceName: 'own', detail: 'seen in an attack' },
    ]);
    await intel.removeIndicator(id, actor);
    expect(await listsOf('198.51.100.9')).toBe(0);
    await expect(intel.removeIndicator(id, actor)).rejects.toMatchObject({ code: 'not-found' });
    await add('address', '198.51.100.10', { days: 1 });
    platform.advance(DAY_MS + 60_001);
    expect(await listsOf('198.51.100.10')).toBe(0);
    await intel.tick();
    expect((await intel.indicators(page)).items).toEqual([]);
    expect(told('intel.indicator-changed')).toHaveLength(3);
  });

  it.each([
    ['address', '127.0.0.1'],
    ['address', '8.8.8.8'],
    ['address', '203.0.113.200'],
    ['address', 'no address'],
    ['host', 'x'],
  ] as const)('is not %s %s', async (kind, value) => {
    await expect(add(kind, value)).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('stands over a restart, and a damaged table is made anew', async () => {
    await add('address', '198.51.100.9');
    const before = await intel.table();
    intel = open();
    expect(await intel.table()).toEqual(before);
    await intel.tick();
    expect(changes, 'nothing to make').toBe(1);
    const bytes = await readFile(before?.file ?? '');
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(before?.file ?? '', bytes);
    intel = open();
    await intel.tick();
    expect(await listsOf('198.51.100.9')).toBe(1);
  });
});

describe('a list of entries', () => {
  it('goes on where a page ended, own ones first', async () => {
    await intel.addIndicator({ kind: 'agent', value: 'Bad Bot', reason: 'noisy' }, actor);
    await added(Array.from({ length: 5 }, (_, index) => `198.51.100.${index}`).join('\n'));
    const values: string[] = [];
    let cursor: string | null = null;
    do {
      const { items, next } = await intel.indicators({ limit: 2, ...(cursor === null ? {} : { cursor }) });
      values.push(...items.map(({ value }) => value));
      cursor = next;
    } while (cursor !== null);
    expect(values).toEqual(['bad bot', '198.51.100.0', '198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4']);
    expect((await intel.indicators({ ...page, kind: 'agent' })).items).toHaveLength(1);
    await expect(intel.indicators({ ...page, cursor: 'x' })).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await intel.status()).toMatchObject({
      entries: expect.arrayContaining([
        { kind: 'address', entries: 5 },
        { kind: 'agent', entries: 1 },
      ]),
    });
  });
});
