import type { Rotation, RotatorSettings, SecretGrantView, SecretView } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { covers } from '../../packages/console/src/pages/secrets/access/covers.ts';
import { groupByDue } from '../../packages/console/src/pages/secrets/calendar/group-by-due.ts';
import { planBody, typedPlan } from '../../packages/console/src/pages/secrets/rotation/typed-plan.ts';
import { saySpan, stepsOf } from '../../packages/console/src/pages/secrets/rotation/words.ts';
import { ageOf, dueOf } from '../../packages/console/src/pages/secrets/words.ts';
import { generateValue } from '../../packages/console/src/pages/secrets/write/generate.ts';
import { dataOf, emptyField, repeatedName } from '../../packages/console/src/pages/secrets/write/typed-fields.ts';

const DAY_MS = 86_400_000;
/** A Wednesday, at noon where this runs. */
const NOW = new Date(2026, 10, 18, 12).getTime();

const secretWith = (part: Partial<SecretView>): SecretView => ({
  application: 'shop',
  environment: 'production',
  name: 'KEY',
  currentVersion: 1,
  latestVersion: 1,
  fields: ['value'],
  createdAt: NOW,
  changedAt: NOW,
  owner: null,
  description: '',
  maxAgeDays: null,
  isOverdue: false,
  rotation: null,
  isCanary: false,
  lastReadAt: null,
  versionsKept: 10,
  ...part,
});

describe('ages and dates', () => {
  it('are counted in whole days, from when the value was written', () => {
    expect(ageOf({ changedAt: NOW - 3.9 * DAY_MS, maxAgeDays: null }, NOW)).toEqual({
      days: 3,
      daysMax: null,
      share: 0,
      daysOver: 0,
    });
    const late = ageOf({ changedAt: NOW - 40 * DAY_MS, maxAgeDays: 30 }, NOW);
    expect(late).toEqual({ days: 40, daysMax: 30, share: 1, daysOver: 10 });
    // A clock that is behind the server's makes nothing younger than new.
    expect(ageOf({ changedAt: NOW + DAY_MS, maxAgeDays: 30 }, NOW)).toMatchObject({ days: 0, share: 0 });
  });

  it('a secret is due by its age or by its rotation, whichever comes first', () => {
    const rotation = { rotator: 'random', everyDays: 14, nextAt: NOW + 14 * DAY_MS };
    expect(dueOf(secretWith({}))).toBeNull();
    expect(dueOf(secretWith({ maxAgeDays: 30 }))).toBe(NOW + 30 * DAY_MS);
    expect(dueOf(secretWith({ maxAgeDays: 30, rotation }))).toBe(NOW + 14 * DAY_MS);
    expect(dueOf(secretWith({ rotation: { ...rotation, nextAt: null } }))).toBeNull();
  });

  it('stand in a calendar by weeks that begin on Monday, or by months, what is late first', () => {
    const secrets = [
      secretWith({ name: 'never' }),
      secretWith({ name: 'sunday', maxAgeDays: 4 }),
      secretWith({ name: 'monday', maxAgeDays: 5 }),
      secretWith({ name: 'late', changedAt: NOW - 10 * DAY_MS, maxAgeDays: 5 }),
      secretWith({ name: 'december', maxAgeDays: 20 }),
    ];
    const said = (by: 'week' | 'month') =>
      groupByDue(secrets, by, NOW).map(({ title, secrets: list }) => [title, ...list.map(({ name }) => name)]);
    expect(said('week')).toEqual([
      ['Late', 'late'],
      ['Week of 16 Nov 2026', 'sunday'],
      ['Week of 23 Nov 2026', 'monday'],
      ['Week of 7 Dec 2026', 'december'],
    ]);
    expect(said('month')).toEqual([
      ['Late', 'late'],
      ['November 2026', 'sunday', 'monday'],
      ['December 2026', 'december'],
    ]);
  });
});

it('a grant is shown for the secrets that it is for', () => {
  const grant = (environment: string, name: string): SecretGrantView => ({
    id: '01J00000000000000000000000',
    application: 'shop',
    environment,
    name,
    to: { kind: 'account', id: 'x', name: 'ci' },
    purpose: null,
    expiresAt: null,
    createdAt: NOW,
    createdBy: 'operator:host',
  });
  const ref = { application: 'shop', environment: 'production', name: 'db/password' };
  for (const [environment, name] of [
    ['production', 'db/password'],
    ['*', 'db/password'],
    ['*', '*'],
    ['production', 'db/*'],
    ['production', '*word'],
    ['production', 'd*b*/pass*d'.replace('d*b*', 'd*')],
  ] as const)
    expect(covers(grant(environment, name), ref), name).toBe(true);
  for (const [environment, name] of [
    ['staging', '*'],
    ['production', 'db'],
    ['production', 'db/password*x'],
    ['production', 'db/pass*sword*d/'],
    ['production', 'db/password/*'],
    // What one part took no other part takes again.
    ['production', 'db/password*password'],
  ] as const)
    expect(covers(grant(environment, name), ref), name).toBe(false);
  expect(covers(grant('*', '*'), { ...ref, application: 'other' })).toBe(false);
});

it('what is generated has the length and only letters and digits, and is never the same', () => {
  const values = Array.from({ length: 200 }, () => generateValue());
  expect(new Set(values).size).toBe(200);
  for (const value of values) expect(value).toMatch(/^[A-Za-z0-9]{32}$/u);
  // Each of 62 signs among 6,400: none is missing.
  expect(new Set(values.join('')).size).toBe(62);
});

it('fields are sent by their names, also odd ones, and none twice', () => {
  const fields = ['value', '__proto__', ' value '].map((name) => ({ ...emptyField(name), value: `of ${name}` }));
  expect(repeatedName(fields)).toBe('value');
  expect(JSON.stringify(dataOf(fields.slice(0, 2)))).toBe('{"value":"of value","__proto__":"of __proto__"}');
});

describe('a rotation', () => {
  const rotation: Rotation = {
    application: 'shop',
    environment: 'production',
    name: 'KEY',
    id: '01J00000000000000000000000',
    rotator: 'random',
    isDrill: false,
    cause: 'asked',
    step: 'verify',
    outcome: null,
    trouble: null,
    oldVersion: 1,
    newVersion: 2,
    startedAt: NOW,
    startedBy: 'operator:host',
    publishedAt: null,
    overlapUntil: null,
    finishedAt: null,
    verifiedMs: null,
  };
  const states = (part: Partial<Rotation>) => stepsOf({ ...rotation, ...part }).map(([step, state]) => `${step}: ${state}`);

  it('is shown by its steps: done, now, and to come', () => {
    expect(states({})).toEqual([
      'prepare: done',
      'stage: done',
      'set: done',
      'verify: now',
      'publish: to come',
      'overlap: to come',
      'retire: to come',
      'done: to come',
    ]);
    expect(states({ step: 'undo' })).toEqual(['undo: now']);
    expect(new Set(states({ step: 'done', outcome: 'done' }).map((each) => each.split(': ')[1]))).toEqual(new Set(['done']));
    // A drill gives nothing to anybody.
    expect(states({ isDrill: true }).join()).not.toMatch(/publish|overlap|retire/u);
  });

  it('keeps its plan through the form', () => {
    const admin = { application: 'shop', environment: 'production', name: 'pg/admin' };
    const place = { application: 'shop', environment: 'production', name: 'KEY' };
    const settings: readonly RotatorSettings[] = [
      { rotator: 'postgres-pair', admin, roles: ['shop_a', 'shop_b'] },
      { rotator: 'postgres', admin, role: 'shop' },
      { rotator: 'redis', admin, user: 'shop' },
      { rotator: 'webhook', signing: admin, url: 'https://hooks.example.org/rotate', length: 40 },
      { rotator: 'random', length: 64 },
    ];
    for (const each of settings) {
      const plan = {
        ...place,
        settings: each,
        everyDays: 30,
        overlapSeconds: 3600,
        nextAt: null,
        failures: 0,
        changedAt: NOW,
        changedBy: 'operator:host',
      };
      expect(planBody(place, typedPlan(plan))).toEqual({ ...place, settings: each, everyDays: 30, overlapSeconds: 3600 });
    }
    expect([saySpan(3600), saySpan(60), saySpan(172_800), saySpan(90)]).toEqual(['1 hour', '1 minute', '2 days', '90 seconds']);
  });
});
