import { describe, expect, it } from 'vitest';
import { foldAccount, signInObserverSchema, signInOutcome, type SignInAnswer, type SignInSign } from './sign-in.ts';

type Wanted = Partial<SignInSign>;
const observer = (success: Wanted | null, failure: Wanted | null) =>
  signInObserverSchema.parse({ path: '/login', accountField: 'name', success, failure });
const answer = (change: Partial<SignInAnswer>): SignInAnswer => ({ status: 200, location: null, body: null, ...change });

describe('an answer of a login form', () => {
  it.each<[string, Wanted | null, Wanted | null, Partial<SignInAnswer>, string]>([
    ['401 is the failure', null, { statuses: [401] }, { status: 401 }, 'failed'],
    ['anything else below 400 is none', null, { statuses: [401] }, { status: 303 }, 'succeeded'],
    ['another refusal says nothing', null, { statuses: [401] }, { status: 403 }, 'unclear'],
    ['nor does a breakdown', null, { statuses: [401] }, { status: 502 }, 'unclear'],
    ['a redirect is the success', { location: '/home' }, null, { status: 302, location: '/home?x=1' }, 'succeeded'],
    [
      'with its whole address too',
      { location: '/home' },
      null,
      { status: 302, location: 'https://shop.example/home' },
      'succeeded',
    ],
    ['another redirect is not', { location: '/home' }, null, { status: 302, location: '/login?e=1' }, 'failed'],
    ['nor one that only holds it', { location: '/home' }, null, { status: 302, location: '/login?next=/home' }, 'failed'],
    ['what is not the success fails', { statuses: [303] }, null, { status: 200 }, 'failed'],
    ['a breakdown is no failure', { statuses: [303] }, null, { status: 500 }, 'unclear'],
    ['the text tells', null, { body: 'Wrong password' }, { body: '<p>Wrong password</p>' }, 'failed'],
    ['and its absence', null, { body: 'Wrong password' }, { body: '<p>Hello</p>' }, 'succeeded'],
    ['all of a sign has to be so', { statuses: [302], location: '/home' }, null, { status: 200, location: '/home' }, 'failed'],
    ['neither is unclear', { statuses: [303] }, { statuses: [401] }, { status: 200 }, 'unclear'],
    ['both is a failure', { statuses: [200] }, { body: 'Wrong' }, { body: 'Wrong' }, 'failed'],
  ])('%s', (_name, success, failure, given, outcome) => {
    expect(signInOutcome(observer(success, failure), answer(given))).toBe(outcome);
  });

  it('an observer that says nothing is none', () => {
    for (const sign of [null, {}, { statuses: [] }])
      expect(signInObserverSchema.safeParse({ path: '/login', accountField: 'name', failure: sign }).success).toBe(false);
    for (const path of ['login', '/login?x', '/lo gin', ''])
      expect(signInObserverSchema.safeParse({ path, accountField: 'name', failure: { statuses: [401] } }).success, path).toBe(
        false,
      );
  });

  it('one account has one spelling', () => {
    for (const typed of ['Ada', ' ada ', 'ＡＤＡ', 'ada\u00a0']) expect(foldAccount(typed)).toBe('ada');
    expect(foldAccount('x'.repeat(100_000))).toHaveLength(256);
  });
});
