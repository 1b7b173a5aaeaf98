import type { SimulationInput } from '@holdfast/contract';
import { createModel, observe, toDocument } from '@holdfast/inspect';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTuningStand, operator, type RequestParts, type Stand } from './tuning-stand.ts';

const TABLES = ['tuning_vector', 'tuning_route', 'tuning_client', 'tuning_decision', 'tuning_promotion', 'exception'];
const DAY_MS = 86_400_000;
let stand: Stand;

beforeAll(async () => {
  stand = await openTuningStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.restart();
  for (const table of TABLES) await stand.platform.db.query(`delete from protection_${table}`);
  stand.platform.recorded.length = 0;
});

const tuning = () => stand.protection().tuning;
const inbox = async (state: 'open' | 'all' = 'open') => tuning().inbox({ application: 'shop', state }, null);
const article: RequestParts = { method: 'POST', path: '/articles/17', findings: [{}] };
const person = (number: number): string => `198.51.100.${number}`;
const attack: RequestParts = {
  address: '203.0.113.66',
  path: '/search',
  status: 404,
  findings: [{ rule: 'sqli.union', group: 'sqli', location: 'query', name: 'q', confidence: 0.99, sample: '1 UNION SELECT 1' }],
};

/** Three people at work whose articles hold HTML, and a stranger who tries five places. */
function seeBoth(): void {
  for (const number of [1, 2, 3]) {
    stand.see(25, { address: person(number), path: '/articles/4' });
    stand.see(8, { ...article, address: person(number) });
  }
  for (const path of ['/search', '/a', '/b', '/c', '/d']) stand.see(2, { ...attack, path });
}

describe('the inbox', () => {
  it('is one card for each place and rule, with clients counted, people at work told from strangers, and why', async () => {
    seeBoth();
    const { cards, readiness } = await inbox();
    expect(cards).toHaveLength(6);
    expect(cards[0]).toMatchObject({
      rule: 'xss.handler',
      method: 'POST',
      route: '/articles/{}',
      location: 'form',
      parameter: 'body',
      state: 'open',
      requests: 24,
      blocked: 0,
      clients: 3,
      establishedClients: 3,
      answeredShare: 1,
      verdict: 'legitimate',
      samples: ['<img onerror=x>'],
      requestId: '7Q2KXW3M9ABC',
    });
    expect(cards[0]?.legitimateBecause[0]).toBe('3 established clients do it');
    const search = cards.find(({ route }) => route === '/search');
    expect(search).toMatchObject({ verdict: 'attack', clients: 1, establishedClients: 0, answeredShare: 0 });
    expect(search?.attackBecause[0]).toContain('many other places');
    expect(readiness[0]).toMatchObject({ application: 'shop', ready: false });
    expect(readiness[0]?.lines.find(({ name }) => name === 'inbox')).toMatchObject({
      passed: false,
      figure: '6 open cards (wanted: 0)',
    });
  });

  it('holds neither addresses nor what belongs to somebody', async () => {
    stand.see(1, { ...article, address: '198.51.100.77', findings: [{ sample: '<b>ann@example.org 4111111111111111' }] });
    const [card] = (await inbox()).cards;
    expect(card?.samples).toEqual(['<b>xxx@xxxxxxx.xxx 9999999999999999']);
    const rows = JSON.stringify(await stand.platform.db.query('select * from protection_tuning_vector'));
    expect(rows).not.toContain('198.51.100.77');
    expect(rows).not.toContain('example.org');
    expect(rows).not.toContain('articles');
    expect(JSON.stringify(await stand.platform.db.query('select * from protection_tuning_route'))).not.toContain('articles');
  });

  it('leaves out what would not have been refused: weak or excepted findings, clean requests, the self-test', async () => {
    stand.see(1, { ...article, findings: [{ blocks: false }] });
    stand.see(1, { ...article, findings: [{ exception: '01J8Z3K4M5N6P7Q8R9S0T1V2W3' }] });
    stand.see(5);
    stand.see(1, { ...attack, path: '/holdfast-self-test' });
    expect((await inbox('all')).cards).toEqual([]);
  });

  it('puts what learning knows as one route on one card', async () => {
    const lesson = createModel();
    for (let index = 0; index < 60; index += 1) {
      const fields = [{ location: 'query' as const, name: 'page', value: String(index) }];
      observe(lesson, {
        method: 'GET',
        path: `/product/${'abcdefghij'[index % 10]}${'klmnopqrst'[Math.floor(index / 10)]}-shirt`,
        fields,
      });
    }
    stand.protection().learning.observe('shop', JSON.stringify(toDocument(lesson)));
    await stand.protection().learning.status('shop');
    stand.see(1);
    await inbox();
    for (const name of ['ak-shirt', 'bl-shirt', 'zz-shirt']) stand.see(1, { ...attack, path: `/product/${name}` });
    expect((await inbox()).cards.map(({ route, requests }) => [route, requests])).toEqual([['/product/{}', 3]]);
    await stand.platform.db.query('delete from protection_learned');
  });

  it('survives a restart, counts on, and forgets after its days', async () => {
    stand.see(3, article);
    await stand.restart();
    stand.see(2, article);
    expect((await inbox()).cards[0]?.requests).toBe(5);
    stand.platform.advance(15 * DAY_MS);
    stand.see(1);
    expect((await inbox()).cards).toEqual([]);
  });

  it('keeps one row an hour for a flood from one client', async () => {
    stand.see(3000, attack);
    expect((await inbox()).cards[0]?.requests).toBe(3000);
    expect(await stand.platform.db.query('select * from protection_tuning_vector')).toHaveLength(1);
  });

  it('takes a client for established only after twenty clean requests without a long pause', async () => {
    stand.see(19, { address: person(9) });
    stand.see(1, { ...article, address: person(9) });
    expect((await inbox()).cards[0]?.establishedClients).toBe(0);
    stand.see(1, { address: person(9) });
    stand.see(1, { ...article, address: person(9) });
    expect((await inbox()).cards[0]?.establishedClients).toBe(1);
    stand.platform.advance(8 * DAY_MS);
    stand.see(1, { address: person(9) });
    stand.see(1, { ...article, path: '/later', address: person(9) });
    expect((await inbox()).cards.find(({ route }) => route === '/later')?.establishedClients).toBe(0);
  });
});

describe('cards', () => {
  it('are suggested to be excepted or kept, and with both done the inbox is empty', async () => {
    seeBoth();
    const { suggestions } = await tuning().suggestions('shop');
    const except = suggestions.filter(({ action }) => action === 'except');
    const keep = suggestions.filter(({ action }) => action === 'keep').map(({ card }) => card.id);
    expect(except.map(({ exception }) => exception)).toEqual([
      { application: 'shop', method: 'POST', route: '/articles/{}', location: 'form', parameter: 'body', rule: 'xss.handler' },
    ]);
    expect(keep).toHaveLength(5);
    await tuning().decide({ decision: 'attack', cards: keep }, operator);
    const made = await tuning().except({ cards: except.map(({ card }) => card.id), reason: 'editors', days: 90 }, operator);
    expect((await inbox()).cards).toEqual([]);
    expect((await inbox('all')).cards.map(({ state }) => state)).toEqual([
      'excepted',
      'attack',
      'attack',
      'attack',
      'attack',
      'attack',
    ]);
    expect(stand.platform.recorded.map(({ type }) => type).toSorted()).toEqual([
      'exception.added',
      ...keep.map(() => 'tuning.decided'),
    ]);
    await stand.protection().removeException(made[0]?.id ?? '', operator);
    await tuning().decide({ decision: 'reopen', cards: keep.slice(0, 1) }, operator);
    expect((await inbox()).cards).toHaveLength(2);
  });

  it('that are put off come back', async () => {
    stand.see(1, article);
    const cards = (await inbox()).cards.map(({ id }) => id);
    await tuning().decide({ decision: 'snooze', cards, forSeconds: 3600 }, operator);
    expect((await inbox()).cards).toEqual([]);
    stand.platform.advance(3_600_001);
    expect((await inbox()).cards.map(({ id }) => id)).toEqual(cards);
  });

  it('that nobody has are refused, and nothing is decided then', async () => {
    stand.see(1, article);
    const [card] = (await inbox()).cards;
    const decide = tuning().decide({ decision: 'attack', cards: [card?.id ?? '', '00000000'] }, operator);
    await expect(decide).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await inbox()).cards[0]?.state).toBe('open');
  });
});

describe('requests that do not fit the schema, or have two readings', () => {
  const unfit: RequestParts = {
    path: '/search',
    outcome: 'recorded',
    reason: 'schema.pattern',
    steps: [{ step: 'schema', verdict: 'violated', detail: 'pattern: query q (/paths/~1search/get)' }],
  };
  const doubtful: RequestParts = { path: '/odd', outcome: 'recorded', reason: 'decode-duplicate-key' };

  it('are cards as well, because enforcing would refuse them; an exception is proposed where there is a place', async () => {
    stand.see(25, { address: person(1) });
    stand.see(2, { ...unfit, address: person(1) });
    stand.see(1, doubtful);
    const { suggestions } = await tuning().suggestions('shop');
    expect(suggestions.map(({ card }) => [card.group, card.rule, card.location, card.parameter])).toEqual([
      ['schema', 'schema.pattern', 'query', 'q'],
      ['decode', 'decode.duplicate-key', null, ''],
    ]);
    expect(suggestions.map(({ exception }) => exception?.rule ?? null)).toEqual(['schema.pattern', null]);
    const input: SimulationInput = { application: 'shop', rules: {}, exceptions: [], days: 7 };
    expect((await tuning().simulate(input)).stopped).toBe(0);
    expect(await tuning().simulate({ ...input, mode: 'enforce' })).toMatchObject({ stopped: 3, touched: 2 });
    await tuning().except({ cards: [suggestions[0]?.card.id ?? ''], reason: 'the shape grew', days: 90 }, operator);
    expect(await tuning().simulate({ ...input, mode: 'enforce' })).toMatchObject({ stopped: 1, touched: 0 });
  });
});

describe('a simulation', () => {
  it('tells whom enforcing would touch, and that an exception spares them while the attack is still stopped', async () => {
    seeBoth();
    const input: SimulationInput = { application: 'shop', mode: 'enforce', rules: {}, exceptions: [], days: 7 };
    const all = await tuning().simulate(input);
    expect(all).toMatchObject({ requests: 109, stopped: 34, stoppedClients: 4, touched: 24, touchedClients: 3, letThrough: 0 });
    const card = all.routes[0]?.card ?? '';
    const spared = await tuning().simulate({ ...input, exceptions: [card] });
    expect(spared).toMatchObject({ stopped: 10, stoppedClients: 1, touchedClients: 0, letThrough: 24 });
    const group = await tuning().simulate({ ...input, mode: 'monitor', rules: { sqli: 'block' } });
    expect(group).toMatchObject({ stopped: 10, touchedClients: 0 });
    expect(await tuning().simulate({ ...input, mode: 'monitor' })).toMatchObject({ stopped: 0, routes: [] });
  });

  it('still stops a request that one exception does not cover whole', async () => {
    stand.see(1, { ...article, findings: [{}, { rule: 'sqli.union', group: 'sqli', name: 'title' }] });
    const cards = (await inbox()).cards.map(({ id }) => id);
    expect(cards).toHaveLength(2);
    const input = { application: 'shop', mode: 'enforce', rules: {}, days: 7 } as const;
    for (const id of cards) expect((await tuning().simulate({ ...input, exceptions: [id] })).stopped).toBe(1);
    expect((await tuning().simulate({ ...input, exceptions: cards })).stopped).toBe(0);
  });
});
