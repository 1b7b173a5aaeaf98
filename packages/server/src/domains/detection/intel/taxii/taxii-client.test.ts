import { describe, expect, it } from 'vitest';
import { UnreadableSource } from '../formats/entry.ts';
import { findCollection, readCollection } from './read-collection.ts';
import { TAXII_MEDIA_TYPE, TaxiiClient, type TaxiiAnswer } from './taxii-client.ts';

const SERVER = 'https://taxii.example';
const ROOT = `${SERVER}/api1/`;
const COLLECTION = `${ROOT}collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/`;
const OBJECTS = `${COLLECTION}objects/`;

interface Scripted {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
type Script = Readonly<Record<string, Scripted | readonly Scripted[]>>;

/** A server that answers only what it was told, and notes what it was asked. */
function scripted(script: Script): { client: TaxiiClient; asked: string[]; slept: number[] } {
  const asked: string[] = [];
  const slept: number[] = [];
  const times = new Map<string, number>();
  const get = async (url: string): Promise<TaxiiAnswer> => {
    asked.push(url);
    const known = script[url] ?? script[url.split('?')[0] ?? ''] ?? { status: 404, body: { title: 'Not here' } };
    const time = times.get(url.split('?')[0] ?? '') ?? 0;
    times.set(url.split('?')[0] ?? '', time + 1);
    const list = Array.isArray(known) ? (known as readonly Scripted[]) : [known as Scripted];
    const { status = 200, body = {}, headers = {} } = list[Math.min(time, list.length - 1)] ?? {};
    return {
      status,
      text: JSON.stringify(body),
      headers: new Map(Object.entries({ 'content-type': TAXII_MEDIA_TYPE, ...headers })),
    };
  };
  return { client: new TaxiiClient({ get, sleep: async (ms) => void slept.push(ms) }), asked, slept };
}

const indicator = (number: number): object => ({ type: 'indicator', id: `indicator--${number}` });
const added = (second: number): Readonly<Record<string, string>> => ({
  'x-taxii-date-added-last': `2026-01-01T00:00:0${second}.000000Z`,
});
const collections = (...titles: readonly string[]): Scripted => ({
  body: {
    collections: titles.map((title, index) => ({ id: `c${index}`, title, can_read: title !== 'secret', can_write: false })),
  },
});
const reading = (client: TaxiiClient, position: string | null = null) => ({
  client,
  collection: COLLECTION,
  position,
  now: () => 0,
});

describe('finding a collection', () => {
  const discovery = { body: { title: 'T', api_roots: ['/api1/'] } };
  it('goes from the discovery through its API roots, by id, alias or title', async () => {
    const { client } = scripted({ [`${SERVER}/taxii2/`]: discovery, [`${ROOT}collections/`]: collections('One', 'Two') });
    expect(await findCollection(client, `${SERVER}/taxii2/`, 'Two')).toBe(`${ROOT}collections/c1/`);
    expect(await findCollection(client, `${SERVER}/taxii2`, 'c0')).toBe(`${ROOT}collections/c0/`);
    await expect(findCollection(client, `${SERVER}/taxii2/`, null)).rejects.toThrow('It has 2 collections: say which.');
    await expect(findCollection(client, `${SERVER}/taxii2/`, 'Three')).rejects.toThrow('no such collection');
  });

  it('takes an API root or a collection as it is written', async () => {
    const { client, asked } = scripted({
      [ROOT]: { body: { title: 'R', versions: [TAXII_MEDIA_TYPE] } },
      [`${ROOT}collections/`]: collections('One', 'secret'),
    });
    expect(await findCollection(client, ROOT, null)).toBe(`${ROOT}collections/c0/`);
    asked.length = 0;
    expect(await findCollection(client, COLLECTION.slice(0, -1), null)).toBe(COLLECTION);
    expect(asked).toEqual([]);
  });

  it('does not follow an API root to another host', async () => {
    const { client, asked } = scripted({
      [`${SERVER}/taxii2/`]: { body: { title: 'T', api_roots: ['https://other.example/api1/'] } },
    });
    await expect(findCollection(client, `${SERVER}/taxii2/`, null)).rejects.toThrow('on another host');
    expect(asked).toHaveLength(1);
  });
});

describe('reading a collection', () => {
  it('follows `next` to the last page and asks for indicators only', async () => {
    const { client, asked } = scripted({
      [OBJECTS]: [
        { body: { more: true, next: 'p2', objects: [indicator(1), indicator(2)] }, headers: added(1) },
        { body: { more: true, next: 'p3', objects: [indicator(3)] }, headers: added(2) },
        { body: { objects: [indicator(4)] }, headers: added(3) },
      ],
    });
    const { objects, position } = await readCollection(reading(client, '2025-12-31T00:00:00Z'));
    expect(objects.map(({ id }) => id)).toEqual([1, 2, 3, 4].map((number) => `indicator--${number}`));
    expect(position).toBe('2026-01-01T00:00:03.000000Z');
    expect(asked.map((url) => new URL(url).searchParams.get('next'))).toEqual([null, 'p2', 'p3']);
    for (const url of asked) {
      expect(new URL(url).searchParams.get('match[type]')).toBe('indicator');
      expect(new URL(url).searchParams.get('added_after')).toBe('2025-12-31T00:00:00Z');
    }
  });

  it('goes on from the time of the last object where there is no `next`', async () => {
    const { client, asked } = scripted({
      [OBJECTS]: [
        { body: { more: true, objects: [indicator(1)] }, headers: added(1) },
        { body: { more: false, objects: [indicator(2)] }, headers: added(2) },
      ],
    });
    expect((await readCollection(reading(client))).objects).toHaveLength(2);
    expect(new URL(asked[1] ?? SERVER).searchParams.get('added_after')).toBe('2026-01-01T00:00:01.000000Z');
  });

  it('stays where it was when there is nothing new', async () => {
    const { client } = scripted({ [OBJECTS]: { body: {} } });
    expect(await readCollection(reading(client, '2026-01-01T00:00:00Z'))).toEqual({
      objects: [],
      position: '2026-01-01T00:00:00Z',
    });
  });

  it.each([
    ['the same `next`', { body: { more: true, next: 'p1', objects: [indicator(1)] }, headers: added(1) }],
    ['the same time', { body: { more: true, objects: [indicator(1)] }, headers: added(1) }],
    ['no way on', { body: { more: true, objects: [indicator(1)] } }],
  ])('does not go in circles: %s', async (_what, answer) => {
    const { client, asked } = scripted({ [OBJECTS]: answer });
    await expect(readCollection(reading(client))).rejects.toThrow('more, and not where');
    expect(asked.length).toBeLessThan(4);
  });

  it('ends an endless collection by time, and goes on there the next turn', async () => {
    let pages = 0;
    const client = new TaxiiClient({
      get: async () => {
        pages += 1;
        const headers = new Map([
          ['content-type', TAXII_MEDIA_TYPE],
          ['x-taxii-date-added-last', '2026-01-01T00:00:01Z'],
        ]);
        return { status: 200, text: JSON.stringify({ more: true, next: `p${pages}`, objects: [indicator(pages)] }), headers };
      },
      sleep: async () => {},
    });
    const read = await readCollection({ ...reading(client), now: () => pages * 10_000 });
    expect(read.position).toBe('2026-01-01T00:00:01Z');
    expect(pages).toBeLessThan(20);
  });

  it('waits as long as it is told to, but not for ever', async () => {
    const busy = { status: 429, body: { title: 'Slow down' }, headers: { 'retry-after': '7' } };
    const patient = scripted({ [OBJECTS]: [busy, { status: 503 }, { body: { objects: [indicator(1)] } }] });
    expect((await readCollection(reading(patient.client))).objects).toHaveLength(1);
    expect(patient.slept).toEqual([7000, 4000]);
    const shut = scripted({ [OBJECTS]: { ...busy, headers: { 'retry-after': '86400' } } });
    await expect(readCollection(reading(shut.client))).rejects.toThrow('It answered 429.');
    expect(shut.slept).toEqual([]);
  });

  it.each([
    ['401', { status: 401, body: { title: 'Unauthorized' } }, 'It answered 401.'],
    ['another version', { headers: { 'content-type': 'application/vnd.oasis.taxii+json; version=2.0' } }, 'TAXII 2.1'],
    ['a page for people', { headers: { 'content-type': 'text/html' } }, 'TAXII 2.1'],
    ['a list', { body: [] }, 'something else'],
    ['objects that are none', { body: { objects: ['a'] } }, 'something else'],
  ])('refuses %s in words', async (_what, answer, words) => {
    const { client } = scripted({ [OBJECTS]: answer });
    const read = readCollection(reading(client));
    await expect(read).rejects.toThrow(words);
    await expect(read).rejects.toBeInstanceOf(UnreadableSource);
  });

  it('asks for the manifest with every filter', async () => {
    const { client, asked } = scripted({
      [`${COLLECTION}manifest/`]: {
        body: { objects: [{ id: 'indicator--1', date_added: '2026-01-01T00:00:01Z', version: '2026-01-01T00:00:00Z' }] },
      },
    });
    const filter = {
      ids: ['indicator--1', 'indicator--2'],
      types: ['indicator'],
      versions: ['all'],
      specVersions: ['2.1'],
      limit: 5,
    };
    expect((await client.manifest(COLLECTION, filter)).content.objects).toHaveLength(1);
    const { searchParams } = new URL(asked[0] ?? SERVER);
    expect(Object.fromEntries(searchParams)).toEqual({
      limit: '5',
      'match[id]': 'indicator--1,indicator--2',
      'match[type]': 'indicator',
      'match[version]': 'all',
      'match[spec_version]': '2.1',
    });
  });
});
