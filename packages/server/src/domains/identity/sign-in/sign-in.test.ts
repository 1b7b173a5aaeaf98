import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LONG_PASSWORD, OPERATOR } from '../people/test-people.ts';
import type { Person } from '../people/person.ts';
import { enrolTotp, expectStep, FROM, openTestSignIn, sha256, type Enrolled, type TestSignIn } from './test-sign-in.ts';
import type { SignInContext, Step } from './steps.ts';

const MINUTE_MS = 60_000;
let given: TestSignIn;
beforeAll(async () => {
  given = await openTestSignIn();
}, 60_000);
afterAll(async () => given[Symbol.asyncDispose]());
beforeEach(async () => given.reset());

const now = (): number => given.test.platform.clock.now();
const advance = (ms: number): void => given.test.platform.advance(ms);
const begin = async (name: string, password = LONG_PASSWORD, context: Partial<SignInContext> = {}) =>
  given.signIn.begin({ ...FROM, ...context, name, password });
const refusals = () => given.test.platform.recorded.filter(({ type }) => type === 'identity.sign-in-refused');

/** Somebody with an authenticator app, in the minute after the enrolment. */
async function enrolled(
  input: Parameters<TestSignIn['test']['person']>[0] = { mfaRequired: true },
): Promise<Enrolled & { person: Person }> {
  const person = await given.test.person(input);
  const { challenge } = expectStep(await begin(person.name), 'enrol');
  const done = await enrolTotp(given, challenge);
  advance(MINUTE_MS);
  given.opened.length = 0;
  given.test.platform.recorded.length = 0;
  return { ...done, person };
}
async function secondFactor(name: string): Promise<string> {
  return expectStep(await begin(name), 'second-factor').challenge;
}

describe('a sign-in with a password', () => {
  it('opens a session of one factor where one is enough', async () => {
    const person = await given.test.person({ name: 'maria' });
    const step = expectStep(await begin('Maria'), 'signed-in');
    expect(step).toMatchObject({ session: { token: 'session-1' }, renewFactors: false });
    expect(given.opened).toMatchObject([
      { person: person.id, acr: 'aal1', amr: ['pwd'], application: 'demo', device: sha256(step.deviceToken) },
    ]);
    const [event] = given.test.platform.recorded.filter(({ type }) => type === 'identity.signed-in');
    expect(event).toMatchObject({
      subject: `person:${person.id}`,
      payload: { acr: 'aal1', known: false, address: FROM.address },
    });
  });

  it('says the same of a wrong password, an unknown name and a disabled person, and records which', async () => {
    const person = await given.test.person({ name: 'maria' });
    const other = await given.test.person({ name: 'gone' });
    await given.test.people.disable(other.id, OPERATOR);
    const answers = [await begin('maria', 'wrong'), await begin('nobody', 'wrong'), await begin('gone')];
    for (const answer of answers) expect(answer).toEqual({ kind: 'refused', cause: 'credentials', retryAfterSeconds: null });
    expect(refusals().map(({ payload }) => payload)).toMatchObject([
      { person: person.id, cause: 'wrong' },
      { person: null, cause: 'unknown' },
      { person: other.id, cause: 'disabled' },
    ]);
    expect(JSON.stringify(given.test.platform.recorded)).not.toContain('nobody');
    expect(given.opened).toEqual([]);
  });

  it('takes any text as a name or a password without falling over', async () => {
    await given.test.person({ name: 'maria' });
    for (const text of ['', ' ', '\u0000', '\ud800', "' or 1=1 --", 'x'.repeat(100_000), '🦊'.repeat(5000)]) {
      expect((await begin(text, text)).kind).toBe('refused');
      expect((await begin('maria', text)).kind).toBe('refused');
      await given.test.platform.db.query('delete from identity_failure');
    }
  });

  it('stores the password anew when the parameters have risen', async () => {
    const person = await given.test.person({ name: 'maria' });
    const weak = '$argon2id$v=19$m=8,t=1,p=1$';
    const { createPasswordHasher } = await import('../people/password-hash.ts');
    const old = await createPasswordHasher({ memoryKib: 8, passes: 1, parallelism: 1 }).hash(LONG_PASSWORD);
    await given.test.platform.db.query('update identity_person set password_hash = $1 where id = $2', [old, person.id]);
    expectStep(await begin('maria'), 'signed-in');
    const [row] = await given.test.platform.db.query<{ hash: string }>('select password_hash as hash from identity_person');
    expect(row?.hash.startsWith(weak)).toBe(false);
    expectStep(await begin('maria'), 'signed-in');
  });
});

describe('guessing a password', () => {
  const from = (index: number): string => `198.51.100.${index}`;
  const guess = async (name: string, tries: number): Promise<Step<unknown>[]> => {
    const steps: Step<unknown>[] = [];
    for (let index = 0; index < tries; index += 1) steps.push(await begin(name, `guess ${index}`, { address: from(index) }));
    return steps;
  };

  it('ten wrong tries from anywhere make strangers wait, while the owner gets in on a known device', async () => {
    await given.test.person({ name: 'maria', email: 'maria@example.test' });
    const { deviceToken } = expectStep(await begin('maria'), 'signed-in');
    const steps = await guess('maria', 30);
    expect(steps.map((step) => (step.kind === 'refused' ? step.cause : step.kind))).toEqual([
      ...Array.from({ length: 10 }, () => 'credentials'),
      ...Array.from({ length: 20 }, () => 'locked'),
    ]);
    const locked = expectStep(await begin('maria', LONG_PASSWORD, { address: from(77) }), 'refused');
    expect(locked.retryAfterSeconds).toBeGreaterThan(0);
    expectStep(await begin('maria', LONG_PASSWORD, { deviceToken }), 'signed-in');
    expect(given.test.letters.map(({ subject }) => subject)).toContain('Many wrong passwords');
    // Later the stranger may try again, once.
    advance(31_000);
    expect(await begin('maria', 'wrong', { address: from(78) })).toMatchObject({ cause: 'credentials' });
    const next = expectStep(await begin('maria', 'wrong', { address: from(79) }), 'refused');
    expect(next.cause).toBe('locked');
    expect(next.retryAfterSeconds).toBeGreaterThan(30);
  });

  it('looks the same for a name that nobody has', async () => {
    await given.test.person({ name: 'maria' });
    const causes = async (name: string) => (await guess(name, 12)).map((step) => (step.kind === 'refused' ? step : step.kind));
    expect(await causes('nobody')).toEqual(await causes('maria'));
  });

  it('many at once are not more than ten', async () => {
    await given.test.person({ name: 'maria' });
    const steps = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => begin('maria', `guess ${index}`, { address: from(index) })),
    );
    expect(steps.filter((step) => step.kind === 'refused' && step.cause === 'credentials')).toHaveLength(10);
  });

  it('a known device has a budget of its own, and a stranger cannot plant one', async () => {
    await given.test.person({ name: 'maria' });
    const planted = 'A'.repeat(43);
    const first = expectStep(await begin('maria', LONG_PASSWORD, { deviceToken: planted }), 'signed-in');
    expect(first.deviceToken).not.toBe(planted);
    const { deviceToken } = first;
    for (let index = 0; index < 10; index += 1) await begin('maria', 'wrong', { deviceToken });
    expect(await begin('maria', LONG_PASSWORD, { deviceToken })).toMatchObject({ cause: 'locked' });
    // Strangers are not affected by that one.
    expectStep(await begin('maria'), 'signed-in');
  });

  it('spraying one password over many names from one network is stopped', async () => {
    await given.test.person({ name: 'maria' });
    for (let index = 0; index < 50; index += 1) {
      expect(await begin(`name${index}`, 'Summer2026!')).toMatchObject({ cause: 'credentials' });
    }
    expect(await begin('maria')).toMatchObject({ kind: 'refused', cause: 'locked' });
    expectStep(await begin('maria', LONG_PASSWORD, { address: '203.0.113.9' }), 'signed-in');
    advance(15 * MINUTE_MS);
    expectStep(await begin('maria'), 'signed-in');
  });

  it('a new password lets strangers try again', async () => {
    const person = await given.test.person({ name: 'maria' });
    await guess('maria', 11);
    await given.test.people.setPassword(person.id, { password: `${LONG_PASSWORD}.` }, OPERATOR);
    expectStep(await begin('maria', `${LONG_PASSWORD}.`, { address: from(99) }), 'signed-in');
  });
});

describe('enrolment', () => {
  it('is all that somebody can reach who needs a second factor and has none', async () => {
    for (const [input, context] of [
      [{ role: 'owner' as const }, {}],
      [{ mfaRequired: true }, {}],
      [{}, { needsMfa: true }],
    ] as const) {
      const person = await given.test.person(input);
      const { challenge } = expectStep(await begin(person.name, LONG_PASSWORD, context), 'enrol');
      expect(given.opened).toEqual([]);
      expect(await given.signIn.finishTotp(challenge, '000000')).toMatchObject({ cause: 'ended' });
      expect(await given.signIn.finishRecovery(challenge, '0000-0000-0000-0000')).toMatchObject({ cause: 'ended' });
      expect(await given.signIn.finishPassword(challenge, LONG_PASSWORD)).toMatchObject({ cause: 'ended' });
      expect(await given.signIn.confirmSaved(challenge, '0000-0000-0000-0000')).toMatchObject({ cause: 'ended' });
      expect(given.opened).toEqual([]);
    }
  });

  it('opens the session when a code was right and a recovery code was typed back', async () => {
    const person = await given.test.person({ role: 'owner' });
    const { challenge } = expectStep(await begin(person.name), 'enrol');
    const offer = expectStep(await given.signIn.enrolTotp(challenge, 'Demo'), 'totp-offer');
    expect(offer.secret).toMatch(/^[A-Z2-7]{32}$/u);
    // A page loaded again shows the same secret.
    expect(await given.signIn.enrolTotp(challenge, 'Demo')).toEqual(offer);
    expect(await given.signIn.confirmTotp(challenge, '000000')).toMatchObject({ cause: 'code' });
    const done = await enrolTotp(given, challenge);
    expectStep(done.last, 'signed-in');
    expect(done.codes).toHaveLength(10);
    expect(given.opened).toMatchObject([{ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] }]);
    const dump = JSON.stringify([
      await given.test.platform.db.query('select * from identity_totp'),
      await given.test.platform.db.query('select * from identity_recovery_code'),
      given.test.platform.recorded,
    ]);
    for (const secret of [offer.secret, ...done.codes, ...done.codes.map((code) => code.replaceAll('-', ''))]) {
      expect(dump).not.toContain(secret);
    }
  });

  it('cannot be finished by somebody who began with the password before the owner enrolled', async () => {
    const person = await given.test.person({ mfaRequired: true });
    const thief = expectStep(await begin(person.name), 'enrol').challenge;
    const offer = expectStep(await given.signIn.enrolTotp(thief, 'Demo'), 'totp-offer');
    await enrolTotp(given, expectStep(await begin(person.name), 'enrol').challenge);
    const { authenticator } = await import('./test-sign-in.ts');
    expect(await given.signIn.confirmTotp(thief, authenticator(offer.secret).code(now()))).toMatchObject({ cause: 'ended' });
  });

  it('by somebody signed in ends in a confirmation and no new session', async () => {
    const person = await given.test.person();
    const { challenge } = expectStep(await given.signIn.beginEnrolment(person.id, FROM), 'enrol');
    const { last } = await enrolTotp(given, challenge);
    expect(last).toMatchObject({ kind: 'confirmed', purpose: 'enrolment' });
    expect(given.opened).toEqual([]);
    expect(expectStep(await begin(person.name), 'second-factor').methods).toEqual(['totp', 'recovery']);
  });
});

describe('codes of the app', () => {
  it('open one session: the same code is refused on another login and on a step-up', async () => {
    const { app, person } = await enrolled();
    const code = app.code(now());
    const [one, other] = [await secondFactor(person.name), await secondFactor(person.name)];
    expectStep(await given.signIn.finishTotp(one, code), 'signed-in');
    expect(await given.signIn.finishTotp(other, code)).toMatchObject({ kind: 'refused', cause: 'code' });
    const stepUp = expectStep(await given.signIn.beginStepUp(person.id, FROM), 'second-factor');
    expect(await given.signIn.finishTotp(stepUp.challenge, code)).toMatchObject({ cause: 'code' });
    expect(refusals().map(({ payload }) => payload['cause'])).toEqual(['reused', 'reused']);
    advance(30_000);
    expect(await given.signIn.finishTotp(stepUp.challenge, app.code(now()))).toMatchObject({
      kind: 'confirmed',
      purpose: 'step-up',
      amr: ['otp', 'mfa'],
    });
    expect(given.opened).toHaveLength(1);
  });

  it('of the step before are refused once a later one was taken', async () => {
    const { app, person } = await enrolled();
    const before = app.code(now());
    advance(30_000);
    expectStep(await given.signIn.finishTotp(await secondFactor(person.name), app.code(now())), 'signed-in');
    expect(await given.signIn.finishTotp(await secondFactor(person.name), before)).toMatchObject({ cause: 'code' });
  });

  it('open one session of twenty tries at once', async () => {
    const { app, person } = await enrolled();
    const code = app.code(now());
    const challenges: string[] = [];
    for (let count = 0; count < 20; count += 1) challenges.push(await secondFactor(person.name));
    const steps = await Promise.all(challenges.map(async (challenge) => given.signIn.finishTotp(challenge, code)));
    expect(steps.filter(({ kind }) => kind === 'signed-in')).toHaveLength(1);
    expect(given.opened).toHaveLength(1);
  });

  it('end the challenge at the fifth wrong one, also the right one after it', async () => {
    const { app, person } = await enrolled();
    const challenge = await secondFactor(person.name);
    for (let count = 0; count < 4; count += 1)
      expect(await given.signIn.finishTotp(challenge, '000000')).toMatchObject({ cause: 'code' });
    expect(await given.signIn.finishTotp(challenge, '000000')).toMatchObject({ cause: 'ended' });
    expect(await given.signIn.finishTotp(challenge, app.code(now()))).toMatchObject({ cause: 'ended' });
    expect(await given.signIn.view(challenge)).toBeNull();
  });

  it('pause after ten wrong ones over any challenges: the factor, not the account', async () => {
    const { app, person, codes } = await enrolled();
    for (let round = 0; round < 2; round += 1) {
      const challenge = await secondFactor(person.name);
      for (let count = 0; count < 5; count += 1) await given.signIn.finishTotp(challenge, '000000');
    }
    const paused = expectStep(await given.signIn.finishTotp(await secondFactor(person.name), app.code(now())), 'refused');
    expect(paused).toMatchObject({ cause: 'locked', retryAfterSeconds: 900 });
    expect(given.test.platform.recorded.map(({ type }) => type)).toContain('identity.locked-out');
    // Another factor still works.
    expectStep(await given.signIn.finishRecovery(await secondFactor(person.name), codes[0] ?? ''), 'signed-in');
    advance(15 * MINUTE_MS);
    expectStep(await given.signIn.finishTotp(await secondFactor(person.name), app.code(now())), 'signed-in');
  });

  it('are worthless with another challenge, an old one, or somebody disabled', async () => {
    const { app, person } = await enrolled();
    expect(await given.signIn.finishTotp('A'.repeat(43), app.code(now()))).toMatchObject({ cause: 'ended' });
    const old = await secondFactor(person.name);
    advance(10 * MINUTE_MS);
    expect(await given.signIn.finishTotp(old, app.code(now()))).toMatchObject({ cause: 'ended' });
    const open = await secondFactor(person.name);
    await given.test.people.disable(person.id, OPERATOR);
    expect(await given.signIn.finishTotp(open, app.code(now()))).toMatchObject({ cause: 'ended' });
  });
});

describe('recovery codes', () => {
  it('open one session each, also of twenty tries at once, tell the owner, and lead to a new factor', async () => {
    const { codes, person } = await enrolled({ mfaRequired: true, email: 'maria@example.test' });
    given.test.letters.length = 0;
    const challenges: string[] = [];
    for (let count = 0; count < 20; count += 1) challenges.push(await secondFactor(person.name));
    const typed = (codes[0] ?? '').toLowerCase().replaceAll('-', ' ');
    const steps = await Promise.all(challenges.map(async (challenge) => given.signIn.finishRecovery(challenge, typed)));
    const right = steps.filter(({ kind }) => kind === 'signed-in');
    expect(right).toMatchObject([{ renewFactors: true }]);
    expect(given.test.letters.map(({ subject }) => subject)).toEqual(['A sign-in from a new device', 'A recovery code was used']);
    expect(await given.test.people.factors(person.id)).toMatchObject({ recoveryCodesLeft: 9 });
    expect(given.test.platform.recorded.find(({ type }) => type === 'identity.recovery-used')).toMatchObject({
      payload: { left: 9 },
    });
  });

  it('are replaced as a whole', async () => {
    const { codes, person } = await enrolled();
    const fresh = await given.test.people.newRecoveryCodes(person.id, OPERATOR);
    expect(await given.signIn.finishRecovery(await secondFactor(person.name), codes[0] ?? '')).toMatchObject({ cause: 'code' });
    expectStep(await given.signIn.finishRecovery(await secondFactor(person.name), fresh[0] ?? ''), 'signed-in');
  });
});

describe('factors', () => {
  it('the last one stays while two are needed, and goes where one is enough', async () => {
    const must = await enrolled();
    await expect(given.test.people.removeTotp(must.person.id, OPERATOR)).rejects.toMatchObject({ code: 'last-factor' });
    expect(await given.test.people.factors(must.person.id)).toMatchObject({ totp: true });
    await given.test.people.change(must.person.id, { mfaRequired: false }, OPERATOR);
    await given.test.people.removeTotp(must.person.id, OPERATOR);
    expect(await given.test.people.factors(must.person.id)).toEqual({ totp: false, passkeys: [], recoveryCodesLeft: 0 });
    expectStep(await begin(must.person.name), 'signed-in');
  });

  it('that an operator resets end sessions and open challenges, and the next sign-in enrols anew', async () => {
    const { app, person } = await enrolled({ role: 'owner' });
    const open = await secondFactor(person.name);
    given.test.ended.length = 0;
    await given.test.people.resetFactors(person.id, OPERATOR);
    expect(given.test.ended).toEqual([`${person.id}:factors`]);
    expect(await given.signIn.finishTotp(open, app.code(now()))).toMatchObject({ cause: 'ended' });
    expectStep(await begin(person.name), 'enrol');
  });

  it('a step-up without a second factor asks for the password, under the same limits', async () => {
    const person = await given.test.person();
    const { challenge, methods } = expectStep(await given.signIn.beginStepUp(person.id, FROM), 'second-factor');
    expect(methods).toEqual([]);
    expect(await given.signIn.finishPassword(challenge, 'wrong')).toMatchObject({ cause: 'code' });
    expect(await given.signIn.finishPassword(challenge, LONG_PASSWORD)).toMatchObject({
      kind: 'confirmed',
      purpose: 'step-up',
      acr: 'aal1',
    });
    expect(await given.signIn.finishPassword(challenge, LONG_PASSWORD)).toMatchObject({ cause: 'ended' });
    const two = await enrolled();
    const stepUp = expectStep(await given.signIn.beginStepUp(two.person.id, FROM), 'second-factor');
    expect(await given.signIn.finishPassword(stepUp.challenge, LONG_PASSWORD)).toMatchObject({ cause: 'code' });
  });
});
