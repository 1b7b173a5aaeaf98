import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../platform/geo/places.ts';
import { requestEvent, ownEvent } from '../testing/test-events.ts';
import { AttackSourceCounts } from './attack-sources.ts';
import { Engine } from './engine.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const DUTCH: Place = { country: 'NL', asn: 3333, network: 'RIPE NCC', at: null, kind: 'unknown' };
const FRENCH: Place = { ...DUTCH, country: 'FR', asn: 3215, network: 'Orange' };
const day = { span: '24h', limit: 20 } as const;

describe('where attacks come from', () => {
  it('is counted by country and network, of an hour and of a day, most first', () => {
    const counts = new AttackSourceCounts();
    for (let index = 0; index < 5; index += 1) counts.note('requests', DUTCH, NOW - 3 * HOUR_MS);
    counts.note('requests', FRENCH, NOW - 60_000);
    counts.note('findings', FRENCH, NOW - 30_000);
    counts.note('requests', null, NOW);
    const seen = counts.view(day, NOW);
    expect(seen.items.map(({ country, requests, findings }) => [country, requests, findings])).toEqual([
      ['NL', 5, 0],
      ['FR', 1, 1],
      [null, 1, 0],
    ]);
    expect(seen.countries.map(({ country, at }) => [country, at])).toEqual([
      ['NL', { latitude: 52, longitude: 5.5 }],
      ['FR', { latitude: 46.5, longitude: 2.5 }],
    ]);
    expect(seen.total).toEqual({ requests: 7, findings: 1 });
    expect(counts.view({ span: '1h', limit: 1 }, NOW).items.map(({ country }) => country)).toEqual(['FR']);
    expect(counts.view(day, NOW + 25 * HOUR_MS)).toMatchObject({ items: [], total: { requests: 0, findings: 0 } });
  });

  it('counts what comes late where it belongs, and nothing of what the ring has passed', () => {
    const counts = new AttackSourceCounts();
    counts.note('requests', DUTCH, NOW);
    counts.note('requests', DUTCH, NOW - HOUR_MS);
    counts.note('requests', DUTCH, NOW - 24 * HOUR_MS);
    expect(counts.view(day, NOW).total.requests).toBe(2);
  });

  it('survives a restart, and takes any state that it is given', () => {
    const counts = new AttackSourceCounts();
    counts.note('requests', DUTCH, NOW);
    counts.note('findings', null, NOW);
    const after = new AttackSourceCounts();
    after.load(JSON.parse(JSON.stringify(counts.save())));
    expect(after.view(day, NOW)).toEqual(counts.view(day, NOW));
    for (const state of [null, 7, [], { since: -1, sources: [] }, { since: 1, sources: [{ country: 'NL' }] }]) {
      const anew = new AttackSourceCounts();
      expect(() => anew.load(state)).not.toThrow();
      expect(anew.view(day, NOW).items).toEqual([]);
    }
  });

  it('is bounded: the place that was unseen for longest goes first', () => {
    const counts = new AttackSourceCounts();
    for (let asn = 1; asn <= 2001; asn += 1) counts.note('requests', { ...DUTCH, asn }, NOW);
    expect(counts.view({ span: '1h', limit: 100 }, NOW).total.requests).toBe(2000);
  });
});

describe('the watch', () => {
  const engine = (): Engine =>
    new Engine({
      definitions: [],
      places: { find: (address) => (address === '193.0.6.139' ? DUTCH : null) },
      now: () => NOW,
      isExempt: () => false,
      onFault(detector, cause) {
        throw new Error(`${detector} failed`, { cause });
      },
    });
  const from = (address: string, outcome: 'blocked' | 'recorded' | 'refused' | 'allowed', reason: string | null = null) => ({
    ...requestEvent({ address }, NOW),
    outcome,
    reason,
  });

  it('counts attacks and who is refused for who he is; not visitors, and not who has to sign in first', () => {
    const watching = engine();
    watching.observe([
      from('193.0.6.139', 'blocked'),
      from('193.0.6.139', 'recorded'),
      from('193.0.6.139', 'refused', 'ban'),
      from('198.51.100.7', 'refused', 'intel'),
      from('193.0.6.139', 'allowed'),
      from('193.0.6.139', 'refused', 'session-unknown'),
      ownEvent('identity.sign-in-refused', { address: '193.0.6.139' }, NOW),
    ]);
    const { items } = watching.sources(day);
    expect(items.map(({ country, requests }) => [country, requests])).toEqual([
      ['NL', 3],
      [null, 1],
    ]);
    const after = engine();
    after.load(JSON.parse(JSON.stringify(watching.save())));
    expect(after.sources(day)).toEqual(watching.sources(day));
    expect(JSON.stringify(watching.save())).not.toContain('198.51.100.7');
  });

  it('counts what rules find about an address, with where it is', async () => {
    const watching = engine();
    const rule = `
title: Path traversal
id: own-path-traversal
level: high
logsource: { category: webserver }
detection: { sel: { 'cs-uri-query|contains': '../..' }, condition: sel }
`;
    await watching.setRules([{ file: 'own.yml', text: rule, state: 'on' }], async () => {});
    watching.observe([requestEvent({ address: '193.0.6.139', query: 'a=../..' }, NOW)]);
    expect(watching.sources(day).items).toMatchObject([{ country: 'NL', requests: 0, findings: 1 }]);
  });
});
