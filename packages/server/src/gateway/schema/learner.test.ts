import { applicationSchema, snapshotSchema, type Application, type UpMessage } from '@holdfast/contract';
import { fromDocument } from '@holdfast/inspect';
import { describe, expect, it } from 'vitest';
import { compileSnapshot } from '../snapshot/compile-snapshot.ts';
import type { Exchange } from '../exchange.ts';
import { createLearner } from './learner.ts';

const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:1' });

/** Only what the learner reads. */
function exchange(change: Partial<Exchange['record']> = {}, application: Application = shop): Exchange {
  const record = { outcome: 'allowed', reason: null, problem: null, score: 0, status: 200, ...change };
  const canonical = { method: 'GET', path: '/a', fields: [{ location: 'query', name: 'q', value: 'x' }] };
  return { application, canonical, record, body: { kind: 'none' }, forwardAuth: null } as unknown as Exchange;
}

function stand(): { told: UpMessage[]; learner: ReturnType<typeof createLearner>; wait: (ms: number) => void } {
  const told: UpMessage[] = [];
  let now = 0;
  const learner = createLearner({ clock: { monotonicMs: () => now }, send: (message) => void told.push(message) });
  return { told, learner, wait: (ms) => void (now += ms) };
}

const requestsTold = (told: readonly UpMessage[]): number[] =>
  told.flatMap((message) => (message.kind === 'learned' ? [fromDocument(JSON.parse(message.model))?.requests ?? -1] : []));

describe('a gateway learns', () => {
  it.each<[string, Partial<Exchange['record']>, number]>([
    ['from a request that was answered', {}, 1],
    ['from one that was sent elsewhere', { status: 302 }, 1],
    ['from one that only the schema recorded', { outcome: 'recorded', reason: 'schema.unknown' }, 1],
    ['not from what an attack rule recorded', { outcome: 'recorded', reason: 'sqli.boolean', score: 0.95 }, 0],
    ['not from doubt', { score: 0.4 }, 0],
    ['not from what was blocked', { outcome: 'blocked', status: 403, problem: 'request-blocked' }, 0],
    ['not from what does not exist', { status: 404 }, 0],
    ['not from a failure', { status: 500 }, 0],
  ])('%s', (_title, record, count) => {
    const { told, learner } = stand();
    learner.note(exchange(record));
    learner.close();
    expect(requestsTold(told)).toEqual(count === 0 ? [] : [count]);
  });

  it('from a bounded number of requests a second', () => {
    const { told, learner, wait } = stand();
    for (let index = 0; index < 1000; index += 1) learner.note(exchange());
    wait(1000);
    for (let index = 0; index < 5; index += 1) learner.note(exchange());
    learner.close();
    expect(requestsTold(told)).toEqual([105]);
  });

  it('nothing where learning is off, and tells each lesson once', () => {
    const { told, learner } = stand();
    learner.note(exchange({}, { ...shop, learning: 'off' }));
    learner.note(exchange());
    learner.close();
    learner.close();
    expect(requestsTold(told)).toEqual([1]);
    learner.note(exchange());
    learner.follow([]);
    learner.close();
    expect(requestsTold(told)).toEqual([1]);
  });
});

describe('schemas of a snapshot', () => {
  const fragment = (maximum: number): string =>
    JSON.stringify({
      paths: { '/a': { get: { parameters: [{ in: 'query', name: 'q', schema: { type: 'integer', maximum } }] } } },
    });
  const snapshot = (schemas: { digest: string; fragment: string }[]): ReturnType<typeof compileSnapshot> =>
    compileSnapshot(source(schemas));
  const source = (schemas: { digest: string; fragment: string }[]) =>
    snapshotSchema.parse({
      version: 1,
      digest: '0'.repeat(64),
      applications: [shop],
      exceptions: [],
      schemas: schemas.map((each) => ({ application: 'shop', ...each })),
      allows: [],
      bans: [],
      bypassUntil: null,
      trustedHops: 0,
      limits: {},
      certificates: [],
      challenges: [],
      alpnCertificates: [],
      ticketKeys: null,
    });

  it('are compiled once, and again when they change', () => {
    const first = snapshot([{ digest: 'a'.repeat(64), fragment: fragment(5) }]);
    const same = compileSnapshot(source([{ digest: 'a'.repeat(64), fragment: fragment(5) }]), { previous: first });
    const other = compileSnapshot(source([{ digest: 'b'.repeat(64), fragment: fragment(6) }]), { previous: first });
    expect(first.schemaFor('shop')).not.toBeNull();
    expect(same.schemaFor('shop')).toBe(first.schemaFor('shop'));
    expect(other.schemaFor('shop')).not.toBe(first.schemaFor('shop'));
    expect(snapshot([]).schemaFor('shop')).toBeNull();
  });

  it.each(['', '{', '{}', '{"paths":{"a":1}}'])('that cannot be read are left out and told: %s', (text) => {
    const refused: string[] = [];
    const onSchemaRefused = (application: string): void => void refused.push(application);
    const compiled = compileSnapshot(source([{ digest: 'a'.repeat(64), fragment: text }]), { onSchemaRefused });
    expect(compiled.schemaFor('shop')).toBeNull();
    expect(refused).toEqual(['shop']);
  });
});
