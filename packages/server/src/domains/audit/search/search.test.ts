import type { EventQuery, EventRecord, RequestCompleted } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, openTestLedger, requestEvent, type TestLedger } from '../test-ledger.ts';
import { matches, typesOf } from './filter.ts';

const START = 1_790_000_000_000;
const APPLICATIONS = ['shop', 'blog'];
const REASONS = ['sqli.union', 'xss.handler', 'schema-mismatch'];
const OUTCOMES = ['blocked', 'recorded', 'refused'] as const;
const SEVERITIES = ['medium', 'low', 'high'] as const;
const PATHS = ['/', '/login', '/api/users/17', '/api/orders/17', '/Admin/login', '/files/wp-login.php'];

let ledger: TestLedger;
const events: EventRecord[] = [];

/** The same every time, and every combination of fields is among them. */
function eventOf(number: number): EventRecord {
  const pick = <Value>(values: readonly Value[], shift: number): Value => values[Math.floor(number / shift) % values.length]!;
  const payload: Partial<RequestCompleted> = { path: pick(PATHS, 1) };
  const fields = {
    time: START + number * 1000,
    application: pick(APPLICATIONS, 6),
    reason: pick(REASONS, 12),
    outcome: pick(OUTCOMES, 36),
    severity: pick(SEVERITIES, 5),
  };
  return requestEvent(number, fields, payload);
}

beforeAll(async () => {
  ledger = await openTestLedger();
  for (let number = 0; number < 600; number += 1) events.push(eventOf(number));
  ledger.audit.ingest(events, 0);
  await ledger.audit.settle();
}, 60_000);
afterAll(() => ledger[Symbol.asyncDispose]());

/** All pages of a list. */
async function all(filter: Omit<EventQuery, 'limit' | 'cursor'>, limit = 50): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await ledger.audit.tail({ ...filter, limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
  }
  return ids;
}
/** What a list should hold, found by looking at everything. */
const wanted = (filter: Omit<EventQuery, 'limit' | 'cursor'>): string[] =>
  events
    .filter((event) => matches({ ...event, index: 0 }, filter, (address) => ledger.subjectKeys.pseudonym(address)))
    .map(({ id }) => id)
    .toReversed();

const FILTERS: readonly Omit<EventQuery, 'limit' | 'cursor'>[] = [
  { application: 'shop', type: 'request.completed' },
  { outcome: 'blocked' },
  { outcome: 'blocked,refused', type: 'request.' },
  { severity: 'high' },
  { severity: 'low,medium', application: 'blog' },
  { group: 'sqli' },
  { group: 'xss', application: 'shop', severity: 'medium,high', outcome: 'recorded' },
  { path: '/login' },
  { path: 'login' },
  { path: '/admin' },
  { path: '/api/users' },
  { path: '/api' },
  { path: 'wp-login.php', application: 'shop' },
  { address: '192.0.2.7' },
  { address: '192.0.2.7', path: '/api', severity: 'high' },
  { requestId: idOf(123, 12) },
  { since: START + 100_000, until: START + 200_000 },
  { since: START + 100_000, until: START + 200_000, group: 'sqli', path: '/api/orders' },
  { type: 'request.completed,ban.added', since: START + 550_000 },
];

describe('a search', () => {
  it.each(FILTERS)('finds all of %j, newest first, on one page or on many', async (filter) => {
    const expected = wanted(filter);
    expect(expected.length).toBeGreaterThan(0);
    expect(await all({ type: 'request.', ...filter })).toEqual(expected);
    expect(await all({ type: 'request.', ...filter }, 7)).toEqual(expected);
  });

  it.each([
    { application: 'nobody' },
    { type: 'no.such.event' },
    { type: 'nothing.' },
    { address: '198.51.100.1' },
    { path: '/ogin' },
    { path: '/api/user' },
    { group: 'xxe' as const },
    { since: START + 10_000_000_000 },
    { until: 5 },
    { actor: 'person:nobody', address: '192.0.2.7' },
  ])('finds nothing of %j', async (filter) => {
    expect(await all(filter)).toEqual([]);
  });

  it('counts', async () => {
    expect(await ledger.audit.count({ group: 'sqli' })).toEqual({ count: wanted({ group: 'sqli' }).length, isMore: false });
    expect(await ledger.audit.count({ outcome: 'blocked', path: '/nowhere' })).toEqual({ count: 0, isMore: false });
  });

  it('asks for many kinds of events by how their names begin', () => {
    expect(typesOf('ban.')).toEqual(['ban.added', 'ban.removed', 'ban.allow.changed']);
    expect(typesOf('identity.signed-in,ban.')).toHaveLength(4);
    expect(typesOf('x,x')).toEqual(['x']);
  });

  it('leaves no path in the database, and after an erasure nothing that a guess could be tried on', async () => {
    const rows = JSON.stringify(await ledger.platform.db.query('select path_first, path_last, rule_group from audit_event'));
    expect(rows).not.toContain('login');
    const subject = '192.0.2.9';
    const ids = wanted({ address: subject });
    expect(ids.length).toBeGreaterThan(0);
    await ledger.audit.eraseSubject(subject, 'a request of the person');
    const [row] = await ledger.platform.db.query<{ count: number }>(
      'select count(*)::integer as count from audit_event where actor_ref = $1 and (path_first is not null or path_last is not null)',
      [ledger.subjectKeys.pseudonym(subject)],
    );
    expect(row?.count).toBe(0);
    expect(await all({ address: subject, type: 'request.' })).toEqual(ids);
    expect((await ledger.audit.verify()).faults).toEqual([]);
  });
});
