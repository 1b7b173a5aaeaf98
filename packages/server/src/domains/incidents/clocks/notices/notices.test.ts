import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import net from 'node:net';
import path from 'node:path';
import type { AlertDetail, TimelineEntry } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clocks } from '../clocks.ts';
import { openClocksStand, type ClocksStand } from '../clocks-stand.ts';
import { INCIDENT, madeIncident } from '../../made-incident.ts';
import { BUILT_IN } from '../rules.ts';
import { textOf } from './markdown.ts';

const HOUR_MS = 3_600_000;
const actor = { kind: 'token' as const, ref: 'ada' };
const ALERT = '01ARZ3NDEKTSV4RRFFQ69G5FAX';
let stand: ClocksStand;
let clocks: Clocks;

beforeAll(async () => {
  stand = await openClocksStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  clocks = stand.open();
  stand.incidents.set(INCIDENT, madeIncident({ alerts: 2, linkedAlerts: [ALERT, '01ARZ3NDEKTSV4RRFFQ69G5FAY'] }));
  stand.alerts.set(ALERT, alert());
});
afterEach(async () => clocks[Symbol.asyncDispose]());

function alert(change: Partial<AlertDetail> = {}): AlertDetail {
  const at = Date.now() - 2 * HOUR_MS;
  const user = (name: string) => ({ kind: 'user' as const, value: name });
  return {
    id: ALERT,
    state: 'new',
    verdict: null,
    kind: 'behaviour',
    detector: 'B5',
    title: 'Ids were walked',
    severity: 'high',
    application: 'shop',
    entity: user('ann'),
    reason: 'orders 1 to 200',
    times: 3,
    firstAt: at,
    lastAt: at + 1000,
    createdAt: at,
    group: ALERT,
    risk: 10,
    assignee: null,
    answered: [],
    revision: 1,
    entities: [
      user('ann'),
      user('ben'),
      user('ann'),
      { kind: 'session', value: 's1' },
      { kind: 'address', value: '203.0.113.9' },
    ],
    figures: {},
    attacks: ['t1087'],
    evidence: [],
    events: 200,
    index: 3,
    steps: [],
    related: [],
    ...change,
  };
}
const action = (title: string, index: number | null): TimelineEntry => ({
  id: title.slice(0, 20),
  time: Date.now(),
  lane: 'action',
  title,
  detail: null,
  actor: 'token:ada',
  severity: null,
  ref: null,
  index,
});

describe('a draft for the authority', () => {
  it('holds the parts of Art. 33(3), counts, measures with their records, and marks what is missing', async () => {
    await clocks.start(INCIDENT, { awareAt: Date.now() - HOUR_MS, rules: ['gdpr-33'], reason: 'a test' }, actor);
    stand.timeline.push(action('ban-source 203.0.113.9', 41), action('revoke-sessions of ann', null));
    const notice = await clocks.draft('7', 'gdpr-33');
    for (const letter of ['(3)(a)', '(3)(b)', '(3)(c)', '(3)(d)']) expect(notice.markdown).toContain(`Art. 33${letter}`);
    expect(notice.markdown).toMatch(/^# DRAFT: /u);
    expect(notice.markdown).toContain('Accounts seen: 2');
    expect(notice.markdown).toContain('Sessions seen: 1');
    expect(notice.markdown).toContain('who was not seen can be concerned all the same');
    expect(notice.markdown).toContain('ban-source 203.0.113.9 (record 41 of the ledger)');
    expect(notice.markdown).toContain('Ids were walked (3×)');
    expect(notice.markdown).toContain('This is no legal advice');
    expect(notice.missing).toEqual(
      expect.arrayContaining(['contact point', 'likely consequences', 'approximate number of data subjects']),
    );
    expect(notice.markdown.split('**[to fill in]**').length - 1).toBeGreaterThanOrEqual(notice.missing.length);
    expect(notice.markdown).not.toContain('Reasons for the delay');
  });

  it('takes its counts from the inventory of personal data where there is one', async () => {
    const personalData = {
      countsFor: async () =>
        Promise.resolve({ categories: ['contact data'], people: ['customers'], subjects: 1234, records: 5678 }),
    };
    const other = stand.open({ personalData });
    const { markdown, missing } = await other.draft(INCIDENT, 'gdpr-33');
    await other[Symbol.asyncDispose]();
    for (const words of ['contact data', 'customers', 'about 1234', 'about 5678']) expect(markdown).toContain(words);
    expect(missing.filter((one) => one.includes('number') || one.includes('categories'))).toEqual([]);
  });

  it('asks for the reasons of a delay once it is late, and says that a drill is none', async () => {
    stand.incidents.set(INCIDENT, madeIncident({ isDrill: true }));
    await clocks.start(INCIDENT, { awareAt: Date.now() - 80 * HOUR_MS, rules: ['gdpr-33'], reason: 'a test' }, actor);
    const { markdown, missing } = await clocks.draft(INCIDENT, 'gdpr-33');
    expect(markdown).toContain('Reasons for the delay (Art. 33(1))');
    expect(missing).toContain('reasons for the delay');
    expect(markdown).toMatch(/^# DRAFT OF A DRILL, not to be filed: /u);
  });
});

describe('a draft', () => {
  it('is there for each rule, also of others, and each is different', async () => {
    await clocks.setRule(
      { id: 'own', title: 'Own rule', source: 'a contract', hours: 1, months: null, after: null, to: 'subjects', isOn: true },
      actor,
    );
    const drafts = await Promise.all([...BUILT_IN.map(({ id }) => id), 'own'].map((id) => clocks.draft(INCIDENT, id)));
    expect(new Set(drafts.map(({ markdown }) => markdown)).size).toBe(6);
    for (const { missing } of drafts) expect(missing.length).toBeGreaterThan(0);
    const plain = drafts.find(({ rule }) => rule === 'gdpr-34')?.markdown ?? '';
    // Those concerned read neither of each other nor of our detectors.
    for (const word of ['ann', 'ben', '203.0.113.9', 'Ids were walked', 'Art. 33']) expect(plain).not.toContain(word);
    await expect(clocks.draft(INCIDENT, 'nowhere')).rejects.toMatchObject({ code: 'not-found' });
    await expect(clocks.draft('99', 'gdpr-33')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('holds words of visitors as text: no markup, no link, no line of their own, and no more than fits', async () => {
    const evil = 'x\n# Heading\n![i](https://evil.test/p.png) <img src=x> [a](javascript:1) www.evil.test `code` | --- \u202Etxt';
    stand.alerts.set(ALERT, alert({ title: evil.repeat(50) }));
    stand.incidents.set(INCIDENT, madeIncident({ title: evil, linkedAlerts: [ALERT], summary: evil.repeat(30) }));
    for (let at = 0; at < 500; at += 1) stand.timeline.push(action(evil.repeat(3), at));
    for (const rule of ['gdpr-33', 'nis2-final']) {
      const { markdown } = await clocks.draft(INCIDENT, rule);
      expect(markdown.length).toBeLessThanOrEqual(65_536);
      const own = markdown.replaceAll(/\\[!-/:-@[-`{-~]/gu, '');
      expect(own).not.toMatch(/<img|\]\(|!\[|https:\/\/|www\.|\u202E|`/u);
      expect(own.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
    }
    expect(textOf('a & b <c>')).toBe('a &amp; b &lt;c&gt;');
  });

  it('goes nowhere: no connection is made, and nothing in its folder could make one', async () => {
    const connect = vi.spyOn(net.Socket.prototype, 'connect');
    const fetching = vi.spyOn(globalThis, 'fetch');
    for (const { id } of BUILT_IN) await clocks.draft(INCIDENT, id);
    // On PostgreSQL what is known is read over connections of its own.
    if (stand.platform.db.kind === 'embedded') expect(connect).not.toHaveBeenCalled();
    expect(fetching).not.toHaveBeenCalled();
    expect(stand.told).toEqual([]);
    connect.mockRestore();
    fetching.mockRestore();
    const folder = import.meta.dirname;
    for (const name of (await readdir(folder)).filter((one) => !one.endsWith('.test.ts'))) {
      const text = await readFile(path.join(folder, name), 'utf8');
      const imported = text.split('\n').filter((line) => line.includes(' from '));
      expect(imported.join('\n'), name).not.toMatch(/'node:|channel|mail|undici|outgoing/u);
      expect(text, name).not.toMatch(/fetch\(|import\(|tellText/u);
    }
  });

  it('would be seen to connect: the spy sees a connection that is one', async () => {
    const server = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connect = vi.spyOn(net.Socket.prototype, 'connect');
    // A server that listens has an address object.
    const { port } = server.address() as net.AddressInfo;
    await fetch(`http://127.0.0.1:${port}/`).then(async (answer) => answer.text());
    expect(connect).toHaveBeenCalled();
    connect.mockRestore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
