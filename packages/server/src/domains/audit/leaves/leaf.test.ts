import { controlEvents, EVENTS, type EventRecord } from '@holdfast/contract';
import { entryBytesMax, parseCanonical } from '@holdfast/ledger';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLeaf, type Decrypt } from './leaf-read.ts';
import { writeLeaf, type LeafKeys } from './leaf.ts';
import { rejectEvent, requestEvent } from '../test-ledger.ts';

/** Readable by this test only: the real keys have tests of their own. */
const stored = new Map<string, string>();
const keys: LeafKeys = {
  pseudonym: (subject) => `sub_${Buffer.from(subject).toString('hex').padEnd(20, '0').slice(-20)}`,
  encrypt: ({ subject, field, place, text }) => {
    const envelope = `enc:v1:${keys.pseudonym(subject)}:${stored.size}`;
    stored.set(`${envelope} ${field} ${place.join('/')}`, text);
    return envelope;
  },
};
const decrypt: Decrypt = ({ envelope, field, place }) => stored.get(`${envelope} ${field} ${place.join('/')}`) ?? null;
const write = (event: EventRecord): Buffer => Buffer.from(writeLeaf(event, { seq: 5, mono: 9 }, keys));

const change: EventRecord = {
  ...requestEvent(3),
  type: controlEvents.modeChanged.type,
  actor: { kind: 'operator', ref: 'host:1000' },
  target: 'shop',
  subject: null,
  payload: { from: 'monitor', to: 'enforce', group: null },
};

describe('a leaf', () => {
  it('comes back as the event it was made of', () => {
    for (const event of [requestEvent(1), rejectEvent(2), change]) {
      const ref = event.subject === null ? event.actor.ref : keys.pseudonym(event.subject);
      expect(readLeaf(write(event), decrypt)).toEqual({ ...event, actor: { ...event.actor, ref } });
    }
  });

  it('holds the fields of the format, sorted, and nothing of a person in clear', () => {
    const leaf = write(requestEvent(1));
    const value = parseCanonical(leaf);
    expect(Object.keys(value as object)).toEqual(
      'action actor app detail ev id mono node outcome pii reason req seq sev subject target tenant trace ts type v'.split(' '),
    );
    expect(value).toMatchObject({ seq: 5, mono: 9, v: 1, target: null, detail: { scorePermille: 970, status: 403 } });
    for (const secret of ['192.0.2.1', 'jane-doe', 'Mozilla', 'OR 1=1']) expect(leaf.includes(secret), secret).toBe(false);
    expect(write(change).includes('"target":"shop"')).toBe(true);
  });

  it('keeps what is not personal when the key of the subject is gone', () => {
    const event = readLeaf(write(requestEvent(1)), () => null);
    expect(event.subject).toBe(keys.pseudonym('192.0.2.1'));
    expect(event.target).toBeNull();
    expect(Object.keys(event.payload)).not.toContain('address');
    expect(event.payload).toMatchObject({ status: 403, host: 'shop.test', score: 0.97 });
  });

  it('takes nothing in clear from an event that the catalogue does not know', () => {
    const unknown = { ...change, type: 'someone.elses.event', payload: { name: 'Jane Doe', n: 1.5 } };
    const leaf = write(unknown);
    expect(leaf.includes('Jane')).toBe(false);
    expect(readLeaf(leaf, decrypt).payload).toEqual({ name: 'Jane Doe', n: 1.5 });
  });

  it('fits whatever a client sends, and says that it was cut', () => {
    const hostile = ['\u0001'.repeat(512), '漢'.repeat(512), '\ud800'.repeat(512), '"\\'.repeat(256)];
    for (const text of hostile) {
      const finding = {
        rule: 'r',
        group: 'sqli' as const,
        confidence: 0.5,
        location: 'query' as const,
        chain: [text.slice(0, 32)],
        context: 'identifier' as const,
        blocks: false,
        exception: null,
      };
      const findings = Array.from({ length: 16 }, () => ({
        ...finding,
        name: text.slice(0, 256),
        sample: text.slice(0, 64),
        why: text.slice(0, 300),
      }));
      const steps = Array.from({ length: 32 }, () => ({
        step: text.slice(0, 32),
        verdict: text.slice(0, 32),
        detail: text.slice(0, 200),
      }));
      const fields = { path: text, query: text, userAgent: text, host: text.slice(0, 255), masked: text, findings, steps };
      const event = requestEvent(1, { target: text, reason: text.slice(0, 500) }, fields);
      const leaf = write(event);
      expect(leaf.length).toBeLessThanOrEqual(entryBytesMax);
      const read = readLeaf(leaf, decrypt);
      expect(read).toMatchObject({ id: event.id, outcome: 'blocked', payload: { address: '192.0.2.1' } });
    }
    expect(write(requestEvent(1)).includes('"cut"')).toBe(false);
  });

  it('is written for any JSON payload of any type', () => {
    const types = [...EVENTS.keys(), 'unknown.type'];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (type, payload, text) => {
        // fast-check makes plain JSON values.
        const event = { ...change, type, payload: payload as EventRecord['payload'], target: text, reason: text };
        const leaf = write(event);
        expect(leaf.length).toBeLessThanOrEqual(entryBytesMax);
        expect(readLeaf(leaf, decrypt).type).toBe(type);
      }),
      { numRuns: 300 },
    );
  });
});
