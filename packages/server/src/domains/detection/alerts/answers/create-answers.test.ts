import { applicationSchema, type Answering, type Entity } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../platform/log.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../../platform/test-platform.ts';
import { createApplications, type Applications } from '../../../applications/index.ts';
import { createAnswers, type AnswersParts } from './create-answers.ts';

const SESSION = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const PERSON = '01J8Z3K4M5N6P7Q8R9S0T1V2W4';
const address = (value: string): Entity => ({ kind: 'address', value });

let platform: TestPlatform;
let applications: Applications;
/** What was done, in words. */
let acts: string[] = [];
let held: { prefix: string; expiresAt: number | null }[] = [];
let isBypassed = false;

beforeAll(async () => {
  platform = await openTestPlatform();
  applications = createApplications(platform);
  for (const mode of ['enforce', 'monitor'] as const) {
    const input = applicationSchema.parse({
      id: mode,
      name: mode,
      hosts: [`${mode}.test`],
      upstream: 'http://127.0.0.1:3000',
      mode,
    });
    await applications.create(input, { actor: { kind: 'operator', ref: 'host:0' } });
  }
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(() => {
  acts = [];
  held = [];
  isBypassed = false;
});

const ban = { reason: '', createdAt: 0, createdBy: '' };
const parts = (given: Partial<AnswersParts> = {}): AnswersParts => ({
  clock: platform.clock,
  log: silentLog,
  applications,
  protection: {
    async addBan({ prefix, forSeconds }) {
      if (prefix === '192.0.2.77')
        throw new Refusal('ban-unsafe', { errors: [{ pointer: '', detail: 'it is on the allow-list' }] });
      acts.push(`ban ${prefix} ${forSeconds}`);
      return Promise.resolve({ ...ban, prefix, expiresAt: null });
    },
    listBans: async () => Promise.resolve({ items: held.map((one) => ({ ...ban, ...one })), next: null }),
    showBypass: async () => {
      const active = { startedAt: 0, until: 1, reason: 'a test', startedBy: 'operator:host:0' };
      return Promise.resolve({ active: isBypassed ? active : null, history: [] });
    },
  },
  sessions: {
    listAll: async () => Promise.resolve({ items: [], next: null }),
    ownerOf: async (id) => Promise.resolve(id === SESSION ? PERSON : null),
    endOne: async (_person, id) => Promise.resolve(acts.push(`end ${id}`) > 0),
    recheck: async (person) => Promise.resolve(acts.push(`look at ${person} anew`)),
  },
  people: {
    tell: async (person, kind) => Promise.resolve(void acts.push(`letter to ${person}: ${kind}`)),
    requireStepUp: async (person) => Promise.resolve(acts.push(`step up ${person}`)),
  },
  isOn: true,
  trustedHops: 1,
  clients: () => [],
  ...given,
});

async function answer(answering: Answering, entity: Entity, given: { application?: string | null } & Partial<AnswersParts> = {}) {
  const { application = 'enforce', ...more } = given;
  const answers = [{ answer: answering, entity }];
  const [one] = await createAnswers(parts(more)).carryOut({ alert: SESSION, detector: 'B1', application, answers });
  if (one === undefined) throw new Error('assertion: each is answered');
  return one;
}

describe('an answer', () => {
  it('bans for an hour, and says how to undo it', async () => {
    const { outcome, detail } = await answer('ban', address('203.0.113.9'));
    expect(outcome).toBe('done');
    expect(detail).toContain('holdfast ban remove 203.0.113.9');
    expect(acts).toEqual(['ban 203.0.113.9 3600']);
  });

  it('leaves a longer ban as it is', async () => {
    held = [{ prefix: '203.0.113.0/24', expiresAt: null }];
    expect(await answer('ban', address('203.0.113.9'))).toMatchObject({
      outcome: 'done',
      detail: 'banned already: 203.0.113.0/24',
    });
    expect(acts).toEqual([]);
  });

  it('ends sessions of ours, and says why it does not end others', async () => {
    expect(await answer('end-session', { kind: 'session', value: SESSION })).toMatchObject({ outcome: 'done' });
    expect(await answer('step-up', { kind: 'user', value: PERSON })).toMatchObject({ outcome: 'done' });
    expect(acts).toEqual([`end ${SESSION}`, `letter to ${PERSON}: session-ended`, `step up ${PERSON}`, `look at ${PERSON} anew`]);
    expect(await answer('end-session', { kind: 'session', value: 'a1b2'.repeat(16) })).toMatchObject({ outcome: 'refused' });
    expect(await answer('step-up', { kind: 'user', value: 'ada' })).toMatchObject({ outcome: 'refused' });
    expect(await answer('ban', { kind: 'user', value: 'ada' })).toMatchObject({ outcome: 'refused' });
    expect(acts).toHaveLength(4);
  });

  it.each([
    ['the application is in monitor mode', { application: 'monitor' }],
    ['answers are switched off', { isOn: false }],
  ])('would be, where %s', async (_why, given) => {
    expect(await answer('ban', address('203.0.113.9'), given)).toMatchObject({ outcome: 'would' });
    expect(acts).toEqual([]);
  });

  it('would be while break-glass is in force', async () => {
    isBypassed = true;
    expect(await answer('ban', address('203.0.113.9'))).toMatchObject({ outcome: 'would' });
    expect(acts).toEqual([]);
  });

  it('is refused with the words of whoever refuses it, also for an application that is gone', async () => {
    expect(await answer('ban', address('192.0.2.77'))).toMatchObject({ outcome: 'refused', detail: 'it is on the allow-list' });
    expect(await answer('ban', address('203.0.113.9'), { application: 'gone' })).toMatchObject({ outcome: 'refused' });
    expect(acts).toEqual([]);
  });

  it('to the administration itself is always in force', async () => {
    expect(await answer('end-session', { kind: 'session', value: SESSION }, { application: null })).toMatchObject({
      outcome: 'done',
    });
    expect(await answer('ban', address('203.0.113.9'), { application: null })).toMatchObject({ outcome: 'done' });
  });
});
