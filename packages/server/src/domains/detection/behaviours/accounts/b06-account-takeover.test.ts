import type { Detection } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { askedBy, AU_ABROAD, cameInAt, CHROME, DE_HOME, NL_SERVER } from '../traces/account-events.ts';
import { BEGIN, settingsOf } from '../traces/trace.ts';
import { accountTakeover } from './b06-account-takeover.ts';

const MINUTE = 60_000;

const attacked = (detector: string, time: number): Detection => ({
  kind: 'behaviour',
  detector,
  title: 'Passwords tried',
  severity: 'high',
  time,
  application: 'shop',
  entities: [
    { kind: 'network', value: '95.211.7.0/24' },
    { kind: 'user', value: 'ada' },
  ],
  reason: '20 accounts',
  figures: {},
  attacks: [],
  evidence: [],
  events: 20,
  answers: [],
});

const change = (from = NL_SERVER) =>
  askedBy({ time: BEGIN + 20 * MINUTE, from, agent: CHROME, account: 'ada', method: 'POST', path: '/account/email' });
const reach = () =>
  askedBy({ time: BEGIN + 40 * MINUTE, from: NL_SERVER, agent: CHROME, account: 'ada', path: '/orders/export' });

/** What is told of an account whose owner signs in at home. */
function open() {
  const behaviour = accountTakeover.create(settingsOf(accountTakeover));
  behaviour.observe(cameInAt({ time: BEGIN - 60 * MINUTE, from: DE_HOME }));
  return behaviour;
}

describe('a chain that begins with an attack', () => {
  test('is told when something is changed, and again when it is complete', () => {
    const behaviour = open();
    expect(behaviour.detected?.(attacked('B1', BEGIN))).toEqual([]);
    behaviour.observe(cameInAt({ time: BEGIN + MINUTE, from: NL_SERVER, isKnown: false }));
    expect(behaviour.observe(change())).toMatchObject([{ severity: 'high', figures: { score: 80 } }]);
    expect(behaviour.observe(change())).toEqual([]);
    const [complete] = behaviour.observe(reach());
    expect(complete).toMatchObject({ severity: 'critical', figures: { score: 100 } });
    expect(complete?.entities[0]).toEqual({ kind: 'user', value: 'ada' });
    expect(complete?.reason).toContain('Passwords tried; then signed in from');
  });

  test('counts the sign-in that came a moment before it was found', () => {
    const behaviour = open();
    behaviour.observe(cameInAt({ time: BEGIN - MINUTE, from: NL_SERVER, isKnown: false }));
    behaviour.detected?.(attacked('B1', BEGIN));
    expect(behaviour.observe(change())).toHaveLength(1);
  });

  test('needs no sign-in where somebody is in already', () => {
    const behaviour = open();
    behaviour.detected?.(attacked('B4', BEGIN));
    expect(behaviour.observe(change())).toHaveLength(1);
  });

  test.each(['B5', 'B9', 'some-rule'])('and not with %s', (detector) => {
    const behaviour = open();
    behaviour.detected?.(attacked(detector, BEGIN));
    expect(behaviour.observe(change())).toEqual([]);
  });

  test('is silent while only the owner is there', () => {
    const behaviour = open();
    behaviour.detected?.(attacked('B2', BEGIN));
    behaviour.observe(cameInAt({ time: BEGIN + MINUTE, from: DE_HOME }));
    expect(behaviour.observe(change(DE_HOME))).toEqual([]);
  });

  test('is silent while the owner is at home and a stranger came in too', () => {
    const behaviour = open();
    behaviour.detected?.(attacked('B2', BEGIN));
    behaviour.observe(cameInAt({ time: BEGIN + MINUTE, from: AU_ABROAD, isKnown: false }));
    expect(behaviour.observe(change(DE_HOME))).toEqual([]);
  });
});
