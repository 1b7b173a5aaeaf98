import { applicationSchema, type EventRecord } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { PROBES } from './self-test-probes.ts';
import { runSelfTest } from './self-test.ts';

const application = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:1', mode: 'enforce' });
const attacks = new Set(
  PROBES.map(({ attack: { parameter = 'probe', value = 'tea', userAgent = '' } }) => `${parameter}=${value} ${userAgent}`),
);

/** A gateway that answers attacks and their twins as it is told. */
async function run(
  mode: 'monitor' | 'enforce',
  gateway: { attack: [number, EventRecord['outcome']]; twin: [number, EventRecord['outcome']] },
) {
  const outcomes = new Map<string, EventRecord['outcome']>();
  return runSelfTest({
    application: { ...application, mode },
    isBypassed: false,
    send: (_host, target, userAgent) => {
      const [[parameter, value] = ['', '']] = new URL(target, 'http://a').searchParams;
      const isAttack = attacks.has(`${parameter}=${value} ${userAgent.startsWith('holdfast') ? '' : userAgent}`);
      const [status, outcome] = isAttack ? gateway.attack : gateway.twin;
      const requestId = String(outcomes.size);
      outcomes.set(requestId, outcome);
      return Promise.resolve({ status, requestId });
    },
    outcomeOf: (requestId) => Promise.resolve(outcomes.get(requestId) ?? null),
  });
}

describe('where sign-in is required', () => {
  test('a twin that is asked who it is was not taken for an attack', async () => {
    expect((await run('enforce', { attack: [403, 'blocked'], twin: [401, 'refused'] })).passed).toBe(true);
    expect((await run('monitor', { attack: [401, 'refused'], twin: [401, 'refused'] })).passed).toBe(true);
  });

  test('an attack that is only asked who it is was not blocked', async () => {
    expect((await run('enforce', { attack: [401, 'refused'], twin: [401, 'refused'] })).passed).toBe(false);
  });

  test('another refusal is none of these', async () => {
    expect((await run('enforce', { attack: [403, 'blocked'], twin: [403, 'refused'] })).passed).toBe(false);
    expect((await run('enforce', { attack: [403, 'blocked'], twin: [503, 'refused'] })).passed).toBe(false);
  });
});

test('where it is not, attacks are blocked and twins pass', async () => {
  expect((await run('enforce', { attack: [403, 'blocked'], twin: [200, 'allowed'] })).passed).toBe(true);
});
