import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playbooksSchema } from '../../../../../../platform/config/playbooks.ts';
import type { TypedValue } from '../../../documents/values.ts';
import type { CommandAnswer } from '../../machine/state.ts';
import type { CommandAt } from '../agent.ts';
import { createOutside, type Outside } from './outside.ts';
import type { OutsideAgent, OutsideCommand } from './outside-agent.ts';

const KEY = '01J8Z3K4M5N6P7Q8R9S0T1V2W3:action--1:1:0';

interface Heard {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let answer: (outgoing: ServerResponse) => void;
const heard: Heard[] = [];
const server = createServer((incoming, outgoing) => {
  let body = '';
  incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  incoming.on('end', () => {
    heard.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body });
    answer(outgoing);
  });
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A TCP server that listens has an address object.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  heard.length = 0;
  answer = (outgoing) => void outgoing.writeHead(201, { 'content-type': 'application/json' }).end('{"ticket":4711,"nested":{}}');
});

function open(given: Partial<OutsideAgent> = {}): Outside {
  const allow = [
    { method: 'POST', path: '/v1/blocks' },
    { method: 'GET', path: '/v1/blocks/{}' },
    { method: 'POST', path: '/any/**' },
  ];
  const { agents } = playbooksSchema.parse({ agents: [{ name: 'firewall', url, allow, networks: ['127.0.0.0/8'] }] });
  return createOutside(agents.map((agent) => ({ ...agent, secret: () => 'Bearer s3cret', ...given })));
}

const post = (path: string, content: string | null = '{"ip":"$$__source__:value$$"}', headers: object = {}): OutsideCommand => ({
  type: 'http-api',
  method: 'POST',
  path,
  headers: new Map(Object.entries({ 'content-type': ['application/json'], ...headers })),
  content,
});
const get = (path: string): OutsideCommand => ({ type: 'http-api', method: 'GET', path, headers: new Map(), content: null });

function at(command: OutsideCommand, given: Partial<CommandAt> = {}): CommandAt {
  return {
    run: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    incident: null,
    actor: { kind: 'system', ref: 'playbooks' },
    reason: 'a test',
    step: 'action--1',
    stepName: 'a step',
    key: KEY,
    command,
    agent: { id: 'x', type: 'http-api', name: 'whatever it calls itself', url: `${url}/`, isPerson: false },
    outArgs: ['__ticket__', '__status__', '__nested__'],
    values: new Map<string, TypedValue>([
      ['__source__', { type: 'string', value: '203.0.113.9' }],
      ['__hostile__', { type: 'string', value: '../../admin","x":"\r\nx: y' }],
    ]),
    ...given,
  };
}
const ask = async (outside: Outside, command: OutsideCommand): Promise<CommandAnswer> => outside.ask(at(command), command);

describe('an agent elsewhere', () => {
  it('is asked under the key of the command, with its secret, and answers to variables', async () => {
    const answered = await ask(open(), post('/v1/blocks'));
    const values = new Map([
      ['__ticket__', '4711'],
      ['__status__', '201'],
    ]);
    expect(answered).toEqual({ kind: 'done', detail: 'firewall: POST /api/v1/blocks: 201', values });
    expect(heard).toMatchObject([
      {
        line: 'POST /api/v1/blocks',
        headers: { 'idempotency-key': `"${KEY}"`, authorization: 'Bearer s3cret', 'content-type': 'application/json' },
        body: '{"ip":"203.0.113.9"}',
      },
    ]);
    expect(JSON.stringify(answered)).not.toContain('s3cret');
  });

  it('is not asked in a simulation, which says what would be asked', async () => {
    const command = get('/v1/blocks/$$__source__:value$$');
    expect(await open().rehearse(at(command), command)).toEqual({
      kind: 'done',
      detail: 'would ask firewall: GET /api/v1/blocks/203.0.113.9',
    });
    expect(heard).toEqual([]);
  });

  it.each([
    ['a path that is not allowed', post('/v1/rules')],
    ['a method that is not allowed', get('/v1/blocks')],
    ['a path that climbs', post('/any/../v1/rules')],
    ['a path that climbs in disguise', post('/any/%2e%2e/v1/rules')],
    ['a path with a backslash', post('/any/..\\..\\x')],
    ['a value that is more than a segment', get('/v1/blocks/$$__hostile__:value$$')],
    ['a segment that is not there', get('/v1/blocks/')],
    ['a header that is not its to say', post('/v1/blocks', null, { Authorization: ['Bearer mine'] })],
    ['another key', post('/v1/blocks', null, { 'Idempotency-Key': ['x'] })],
    ['another host', post('/v1/blocks', null, { host: ['elsewhere.example'] })],
    ['a value that ends a header', post('/v1/blocks', null, { 'x-why': ['$$__hostile__:value$$'] })],
    ['a value in what is no JSON', post('/v1/blocks', 'ip=$$__source__:value$$', { 'content-type': ['text/plain'] })],
  ])('is not asked for %s', async (_what, command) => {
    expect(await ask(open(), command)).toMatchObject({ kind: 'failed' });
    expect(heard).toEqual([]);
  });

  it('gets a hostile value as the value that it is', async () => {
    await ask(open(), post('/any/thing', '{"note":"$$__hostile__:value$$"}'));
    expect(heard.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ note: '../../admin","x":"\r\nx: y' }]);
  });

  it.each([
    ['a network that is not listed', { networks: [] }, /do not list it/u],
    ['another network than that', { networks: ['127.0.0.2/32'] }, /do not list it/u],
    ['a secret that cannot be read', { secret: () => JSON.parse('{') as string }, /its secret cannot be read/u],
  ])('is not asked in %s', async (_what, given, words) => {
    expect((await ask(open(given), post('/v1/blocks'))).detail).toMatch(words);
    expect(heard).toEqual([]);
  });

  it.each([
    'http://169.254.169.254',
    'https://[fe80::1]',
    'https://10.0.0.1',
    'http://8.8.8.8',
    'https://[::ffff:7f00:1]',
    'https://localhost',
  ])('is not asked at %s, which nobody listed', async (base) => {
    const outside = open({ url: base, networks: [] });
    const command = post('/v1/blocks');
    const answered = await outside.ask(
      at(command, { agent: { id: 'x', type: 'http-api', name: 'x', url: base, isPerson: false } }),
      command,
    );
    expect(answered).toMatchObject({
      kind: 'failed',
      detail: expect.stringMatching(/do not list it|must be encrypted|ADDRESS_REFUSED/u),
    });
  });

  it('that sends us elsewhere is not followed', async () => {
    answer = (outgoing) => void outgoing.writeHead(307, { location: '/api/v1/rules' }).end();
    expect((await ask(open(), post('/v1/blocks'))).detail).toContain('redirects are not followed');
    expect(heard).toHaveLength(1);
  });

  it('that refuses, fails, says too much, or nothing, is a step that failed', async () => {
    answer = (outgoing) => void outgoing.writeHead(503).end();
    expect((await ask(open(), post('/v1/blocks'))).detail).toContain('it answered 503');
    answer = (outgoing) => void outgoing.writeHead(200).end('x'.repeat(100_000));
    expect((await ask(open(), post('/v1/blocks'))).detail).toContain('more than 65536 bytes');
    answer = () => undefined;
    expect((await ask(open({ timeoutMs: 200 }), post('/v1/blocks'))).detail).toContain('did not answer within 200 ms');
    answer = (outgoing) => void outgoing.socket?.destroy();
    expect((await ask(open(), post('/v1/blocks'))).detail).toContain('could not be asked');
  });

  it('is known by its address alone', () => {
    const knows = (of: string | null, type = 'http-api') =>
      open().knows({ agent: { id: 'x', type, name: 'firewall', url: of, isPerson: false } });
    expect([knows(url), knows(`${url}/`)]).toEqual([true, true]);
    const others = [`${url}/more`, url.replace('/api', ''), url.replace('127.0.0.1', '127.0.0.2'), `${url}?x=1`, null];
    expect(others.map((other) => knows(other))).toEqual(others.map(() => false));
    expect(knows(url, 'ssh')).toBe(false);
    expect(createOutside([]).knows({ agent: null })).toBe(false);
  });
});

describe('what the configuration says of agents', () => {
  const agent = { name: 'firewall', url: 'https://firewall.example/api', allow: [{ method: 'POST', path: '/v1/blocks' }] };
  const isTaken = (over: object): boolean => playbooksSchema.safeParse({ agents: [{ ...agent, ...over }] }).success;

  it('is held to what can be meant', () => {
    expect(isTaken({ secret: 'env:FIREWALL', networks: ['10.0.0.0/8', '::1'] })).toBe(true);
    for (const over of [
      { url: 'ftp://firewall.example' },
      { url: 'https://a:b@firewall.example' },
      { url: 'https://firewall.example/?x' },
      { secret: 'Bearer s3cret' },
      { allow: [] },
      { allow: [{ method: 'CONNECT', path: '/' }] },
      { networks: ['10.0.0.0/64'] },
      { networks: ['example'] },
      { header: 'x y' },
      { also: 1 },
    ])
      expect([over, isTaken(over)]).toEqual([over, false]);
    expect(playbooksSchema.safeParse({ agents: [agent, { ...agent, url: 'https://other.example' }] }).success).toBe(false);
    expect(playbooksSchema.safeParse({ agents: [agent, { ...agent, name: 'other', url: `${agent.url}/` }] }).success).toBe(false);
  });
});
