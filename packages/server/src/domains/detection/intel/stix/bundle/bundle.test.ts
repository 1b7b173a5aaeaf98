import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../patterns.ts';
import { readBundle, writeBundle } from './bundle.ts';
import { indicatorsOf } from './indicator.ts';
import { simpleValuesOf } from './simple.ts';
import { readObject, writeObject } from './stix-object.ts';

const EXAMPLES = new URL('../../../../../../../../../shared/corpora/stix/examples/', import.meta.url);
const AMBER = 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82';

const indicator = (change: object = {}): object => ({
  type: 'indicator',
  spec_version: '2.1',
  id: 'indicator--00000000-0000-4000-8000-000000000001',
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: 'Gate',
  pattern: "[url:value = 'http://evil.example/gate']",
  pattern_type: 'stix',
  valid_from: '2026-01-01T00:00:00Z',
  ...change,
});
const bundleOf = (...objects: readonly object[]): string => JSON.stringify({ type: 'bundle', id: 'bundle--1', objects });

describe('STIX bundles', () => {
  const isThere = existsSync(EXAMPLES);
  if (!isThere) process.emitWarning('the STIX examples are absent: they were not read');
  it.skipIf(!isThere)('writes the published examples as they came', () => {
    const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'));
    for (const name of names) {
      const text = readFileSync(new URL(name, EXAMPLES), 'utf8');
      const bundle = readBundle(text);
      const raw: unknown = JSON.parse(text);
      if (bundle === null) throw new Error(`${name} was not read`);
      const written =
        bundle.id === null ? bundle.objects.map((one) => writeObject(one)) : writeBundle({ ...bundle, id: bundle.id });
      expect(written, name).toEqual(bundle.id === null && !Array.isArray(raw) ? [raw] : raw);
      expect(bundle.unreadable, name).toBe(0);
    }
    expect(names.length).toBeGreaterThan(10);
  });

  it('writes any object as it came, also where what it says is of the wrong type', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const key = fc.constantFrom('confidence', 'revoked', 'labels', 'object_marking_refs', 'created', 'x_own', 'spec_version');
    fc.assert(
      fc.property(fc.dictionary(key, value), (own) => {
        const raw = { ...own, type: 'indicator', id: 'indicator--1' };
        const read = readObject(raw);
        expect(read === null ? null : writeObject(read)).toEqual(raw);
      }),
    );
  });

  it('answers any text with a bundle or nothing', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"type":"bundle","objects":[${json}]}`),
    );
    fc.assert(
      fc.property(text, (one) => {
        const bundle = readBundle(one);
        expect(bundle === null || indicatorsOf(bundle).length <= bundle.objects.length).toBe(true);
      }),
    );
    expect(readBundle('{"hello": 1}')).toBeNull();
    expect(readBundle('{}')?.objects).toEqual([]);
  });

  it('knows of an indicator how long it is good, how sure it is, what it is for and who may know', () => {
    const malware = { type: 'malware', id: 'malware--1', name: 'Poison Ivy' };
    const relationship = {
      type: 'relationship',
      id: 'relationship--1',
      relationship_type: 'indicates',
      source_ref: 'indicator--00000000-0000-4000-8000-000000000001',
      target_ref: 'malware--1',
    };
    const said = {
      valid_until: '2026-02-01T00:00:00Z',
      confidence: 85,
      labels: ['c2'],
      indicator_types: ['malicious-activity'],
      object_marking_refs: [AMBER],
    };
    const bundle = readBundle(bundleOf(indicator(said), malware, relationship));
    expect(bundle === null ? null : indicatorsOf(bundle)).toMatchObject([
      {
        name: 'Gate',
        validFrom: Date.UTC(2026, 0, 1),
        validUntil: Date.UTC(2026, 1, 1),
        confidence: 85,
        tags: ['malicious-activity', 'c2', 'Poison Ivy'],
        tlp: 'amber',
        isRevoked: false,
      },
    ]);
  });

  it('takes the newest version of an object, in whatever order they come', () => {
    const newer = indicator({ modified: '2026-01-02T00:00:00Z', revoked: true });
    for (const order of [
      [indicator(), newer],
      [newer, indicator()],
    ]) {
      const bundle = readBundle(bundleOf(...order));
      expect(bundle === null ? null : indicatorsOf(bundle)).toMatchObject([{ isRevoked: true }]);
    }
  });
});

describe('values in simple patterns', () => {
  const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
  const AGENT = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'";
  it.each([
    ["[ipv4-addr:value = '198.51.100.7']", [['address', '198.51.100.7']]],
    [
      "[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR ipv6-addr:value = '2001:db8::7']",
      [
        ['address', '198.51.100.0/24'],
        ['address', '2001:db8::7'],
      ],
    ],
    [
      "[domain-name:value IN ('a.example', 'b.example')]",
      [
        ['host', 'a.example'],
        ['host', 'b.example'],
      ],
    ],
    [
      `[url:value = 'http://a.example/'] OR [file:hashes.MD5 = '${MD5}']`,
      [
        ['url', 'http://a.example/'],
        ['hash', MD5],
      ],
    ],
    [`[${AGENT} = 'EvilBot']`, [['agent', 'EvilBot']]],
    [`[${AGENT}[*] = 'EvilBot']`, [['agent', 'EvilBot']]],
    ["[domain-name:value = 'a.example' OR domain-name:value LIKE '%.a.example']", [['host', '*.a.example']]],
    ["[network-traffic:src_ref.value = '198.51.100.7']", [['address', '198.51.100.7']]],
  ])('%s', (pattern, values) => {
    expect(simpleValuesOf(parsePattern(pattern))).toEqual(values.map(([kind, value]) => ({ kind, value })));
  });

  it.each([
    "[ipv4-addr:value != '198.51.100.7']",
    "[ipv4-addr:value NOT = '198.51.100.7']",
    "[ipv4-addr:value = '198.51.100.7' AND url:value = 'x']",
    "[ipv4-addr:value = '198.51.100.7'] AND [url:value = 'x']",
    "[ipv4-addr:value = '198.51.100.7'] REPEATS 3 TIMES",
    "[url:value LIKE '%/gate.php']",
    "[file:name = 'x' OR ipv4-addr:value = '198.51.100.7']",
    "[file:hashes.MD5.x = 'a']",
    '[EXISTS url:value]',
  ])('keeps %s whole', (pattern) => {
    expect(simpleValuesOf(parsePattern(pattern))).toBeNull();
  });
});
