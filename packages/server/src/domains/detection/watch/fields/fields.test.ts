import { EVENTS } from '@holdfast/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownEvent, requestEvent } from '../testing/test-events.ts';
import { decodeOnce } from './decode-once.ts';
import { OWN_FIELD_SOURCES, WEB_FIELDS_MISSING, WEB_FIELD_SOURCES } from './field-sources.ts';
import { ownLogsources } from './own-fields.ts';
import { toSigmaEvent } from './sigma-event.ts';

const full = requestEvent({
  path: '/a%20b/index.PHP',
  query: 'q=1%27+or+2',
  referrer: 'https://elsewhere.example/',
  contentType: 'text/plain',
  account: 'k1',
  problem: 'blocked',
});

describe('requests', () => {
  test('have the fields of the reference page and no others', () => {
    const { fields } = toSigmaEvent({ ...full, reason: 'sqli' });
    expect([...fields.keys()].toSorted()).toEqual(Object.keys(WEB_FIELD_SOURCES).toSorted());
    expect(Object.keys(WEB_FIELDS_MISSING).filter((name) => fields.has(name))).toEqual([]);
  });

  test('show what was sent and what it means, path first', () => {
    const { fields } = toSigmaEvent(full);
    const sent = '/a%20b/index.PHP?q=1%27+or+2';
    const meant = "/a b/index.PHP?q=1' or 2";
    expect(fields.get('cs-uri-query')).toEqual([sent, meant, 'q=1%27+or+2', "q=1' or 2"]);
    expect(fields.get('c-uri')).toEqual([sent, meant, 'q=1%27+or+2', "q=1' or 2", `https://shop.example:8443${sent}`]);
    expect(fields.get('cs-uri-stem')).toEqual(['/a%20b/index.PHP', '/a b/index.PHP']);
    expect(fields.get('c-uri-extension')).toBe('php');
    expect(fields.get('cs-host')).toBe('shop.example');
    expect(fields.get('sc-status')).toBe(200);
    expect(fields.get('cs-username')).toBe('k1');
    expect([fields.get('date'), fields.get('time')]).toEqual(['2023-11-14', '22:13:20']);
  });

  test('without anything to decode have each form once', () => {
    const { fields } = toSigmaEvent(requestEvent({ path: '/plain', query: '' }));
    expect(fields.get('cs-uri-query')).toEqual(['/plain']);
    expect(fields.get('cs-uri-stem')).toBe('/plain');
    expect(fields.has('c-uri-extension')).toBe(false);
    expect(fields.get('cs-username')).toBe('-');
    expect(toSigmaEvent(requestEvent({ userAgent: '' })).fields.get('c-useragent')).toBe('');
  });

  test('of a host that is an IPv6 address keep it whole', () => {
    expect(toSigmaEvent(requestEvent({ host: '[2001:db8::1]:8443' })).fields.get('cs-host')).toBe('[2001:db8::1]');
    expect(toSigmaEvent(requestEvent({ host: '[2001:db8::1]' })).fields.get('cs-host')).toBe('[2001:db8::1]');
  });
});

describe('records', () => {
  test('have their own names below payload, and the fields of the reference page', () => {
    const event = ownEvent('identity.sign-in-refused', { person: 'p1', nested: { list: ['a', 'b'] } });
    const { fields, logsources } = toSigmaEvent(event);
    expect(logsources).toEqual([{ product: 'holdfast', service: 'identity' }]);
    expect(fields.get('payload.person')).toBe('p1');
    expect(fields.get('payload.nested.list')).toEqual(['a', 'b']);
    const plain = [...fields.keys()].filter((name) => !name.startsWith('payload.'));
    expect(plain.toSorted()).toEqual(Object.keys(OWN_FIELD_SOURCES).toSorted());
  });

  test('of every type have a log source', () => {
    const services = new Set([...EVENTS.keys()].flatMap(ownLogsources).map(({ service }) => service));
    expect(services).toEqual(new Set(['administration', 'gateway', 'identity', 'ledger', 'secrets', 'uploads', 'watch']));
  });
});

describe('decoding once', () => {
  test('takes escapes apart, and leaves what is none', () => {
    expect(decodeOnce('%2e%2E%2f')).toBe('../');
    expect(decodeOnce('%252e')).toBe('%2e');
    expect(decodeOnce('100%')).toBe('100%');
    expect(decodeOnce('%zz%4')).toBe('%zz%4');
    expect(decodeOnce('%C3%A4')).toBe('ä');
    expect(decodeOnce('a+b')).toBe('a+b');
    expect(decodeOnce('a+b', { plus: true })).toBe('a b');
  });

  test('gives back what was encoded, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const isWhole = text.isWellFormed();
        expect(decodeOnce(encodeURIComponent(isWhole ? text : 'x'))).toBe(isWhole ? text : 'x');
        decodeOnce(text, { plus: true });
      }),
    );
  });
});
