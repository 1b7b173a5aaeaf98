import { applicationSchema, snapshotSchema } from '@holdfast/contract';
import type { RuleException, Snapshot } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { compileSnapshot } from './compile-snapshot.ts';

const application = (id: string, hosts: string[]): object =>
  applicationSchema.parse({ id, name: id, hosts, upstream: 'http://127.0.0.1:1' });
const snapshot = (change: object): Snapshot =>
  snapshotSchema.parse({
    version: 1,
    digest: '0'.repeat(64),
    applications: [],
    exceptions: [],
    allows: [],
    bans: [],
    bypassUntil: null,
    trustedHops: 0,
    limits: {},
    certificates: [],
    challenges: [],
    alpnCertificates: [],
    ticketKeys: null,
    ...change,
  });
const exception = (route: string, number: number): RuleException => ({
  id: String(number).padStart(26, '0'),
  application: 'shop',
  method: 'GET',
  route,
  location: 'query',
  parameter: 'q',
  rule: 'sqli.boolean',
  group: 'sqli',
  reason: 'a test',
  expiresAt: 1,
  createdAt: 0,
});

describe('compiled snapshot', () => {
  it('finds the application: exact host, then one wildcard label, then the one without hosts', () => {
    const compiled = compileSnapshot(
      snapshot({ applications: [application('any', []), application('wild', ['*.a.test']), application('exact', ['b.a.test'])] }),
    );
    expect(compiled.applicationForHost('b.a.test')?.id).toBe('exact');
    expect(compiled.applicationForHost('c.a.test')?.id).toBe('wild');
    expect(compiled.applicationForHost('d.c.a.test')?.id).toBe('any');
    expect(
      compileSnapshot(snapshot({ applications: [application('exact', ['b.test'])] })).applicationForHost('x.test'),
    ).toBeNull();
  });

  it('finds exceptions by route, with one segment for each {}', () => {
    const compiled = compileSnapshot(
      snapshot({ exceptions: [exception('/items/{}/edit', 1), exception('/items/7/edit', 2), exception('/', 3)] }),
    );
    const ids = (path: string, method = 'GET', id = 'shop'): number[] =>
      compiled.exceptionsFor(id, method, path).map((held) => Number(held.id));
    expect(new Set(ids('/items/7/edit'))).toEqual(new Set([1, 2]));
    expect(ids('/items/8/edit')).toEqual([1]);
    expect(ids('/')).toEqual([3]);
    expect(ids('/items/8/9/edit')).toEqual([]);
    expect(ids('/items//edit')).toEqual([]);
    expect(ids('/items/7/edit', 'POST')).toEqual([]);
    expect(ids('/items/7/edit', 'GET', 'other')).toEqual([]);
  });

  it('leaves unreadable prefixes out and says so', () => {
    const refused: string[] = [];
    const compiled = compileSnapshot(
      snapshot({
        bans: [
          { prefix: '1.2.3.4/99', expiresAt: null },
          { prefix: '::/0', expiresAt: 5 },
        ],
      }),
      { onRefused: (prefixes) => refused.push(...prefixes) },
    );
    expect(refused).toEqual(['1.2.3.4/99']);
    expect(compiled.bans.lookup('2001:db8::1')).toBe(5);
    expect(compiled.bans.lookup('1.2.3.4')).toBeUndefined();
  });

  it('takes a list over that has not changed, and compiles one that has', () => {
    const ban = (prefix: string, expiresAt: number | null) => ({ prefix, expiresAt });
    const first = compileSnapshot(snapshot({ allows: ['192.0.2.1'], bans: [ban('198.51.100.0/24', null)] }));
    const same = compileSnapshot(snapshot({ allows: ['192.0.2.1'], bans: [ban('198.51.100.0/24', null)] }), { previous: first });
    expect(same.bans).toBe(first.bans);
    expect(same.allows).toBe(first.allows);
    const changed = [
      [],
      [ban('198.51.100.0/24', 5)],
      [ban('198.51.100.0/25', null)],
      [ban('198.51.100.0/24', null), ban('203.0.113.9', null)],
    ];
    for (const bans of changed) expect(compileSnapshot(snapshot({ bans }), { previous: first }).bans).not.toBe(first.bans);
    expect(compileSnapshot(snapshot({ bans: [] }), { previous: first }).bans.lookup('198.51.100.7')).toBeUndefined();
  });
});
