import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LONG_PASSWORD, OPERATOR } from '../people/test-people.ts';
import type { Person } from '../people/person.ts';
import { createSoftwareKey, type SoftwareKey } from './test-key.ts';
import { expectStep, FROM, openTestSignIn, type TestSignIn } from './test-sign-in.ts';

const SITE = { rpId: 'shop.test', origin: 'https://shop.test' };
let given: TestSignIn;
beforeAll(async () => {
  given = await openTestSignIn();
}, 60_000);
afterAll(async () => given[Symbol.asyncDispose]());
beforeEach(async () => given.reset());

const begin = async (name: string) => given.signIn.begin({ ...FROM, name, password: LONG_PASSWORD });

async function withKey(): Promise<{ person: Person; key: SoftwareKey; codes: readonly string[] }> {
  const { signIn, test } = given;
  const person = await test.person({ mfaRequired: true });
  const key = createSoftwareKey();
  const { challenge } = expectStep(await begin(person.name), 'enrol');
  const offer = expectStep(await signIn.registerPasskey(challenge, SITE), 'passkey-offer');
  const step = await signIn.confirmPasskey(challenge, key.attest(offer.options, SITE), { ...SITE, name: 'My key' });
  const { codes, challenge: saving } = expectStep(step, 'recovery-codes');
  expectStep(await signIn.confirmSaved(saving, codes[0] ?? ''), 'signed-in');
  given.opened.length = 0;
  test.platform.recorded.length = 0;
  return { person, key, codes };
}

describe('a passkey', () => {
  it('signs in without a name and without a password, as two factors', async () => {
    const { person, key } = await withKey();
    const offer = await given.signIn.beginPasskey(FROM, SITE);
    expect(offer.options).toMatchObject({ rpId: 'shop.test', userVerification: 'required' });
    const step = expectStep(
      await given.signIn.finishPasskey(offer.challenge, key.assert(offer.options, SITE), SITE),
      'signed-in',
    );
    expect(step.person.id).toBe(person.id);
    expect(given.opened).toMatchObject([{ person: person.id, acr: 'aal2', amr: ['hwk', 'user', 'mfa'] }]);
    expect(await given.test.people.factors(person.id)).toMatchObject({ passkeys: [{ name: 'My key', counter: 1 }] });
  });

  it('is the second factor after a password', async () => {
    const { person, key } = await withKey();
    const { challenge, methods } = expectStep(await begin(person.name), 'second-factor');
    expect(methods).toEqual(['passkey', 'recovery']);
    const offer = expectStep(await given.signIn.passkeyOptions(challenge, SITE), 'passkey-offer');
    expect(offer.options).toMatchObject({ allowCredentials: [{ id: key.id }] });
    expectStep(await given.signIn.finishPasskey(challenge, key.assert(offer.options, SITE), SITE), 'signed-in');
    expect(given.opened).toMatchObject([{ amr: ['pwd', 'hwk', 'user', 'mfa'] }]);
  });

  it('that did not verify its owner is refused, at enrolment too', async () => {
    const { key } = await withKey();
    const offer = await given.signIn.beginPasskey(FROM, SITE);
    const response = key.assert(offer.options, { ...SITE, isVerified: false });
    expect(await given.signIn.finishPasskey(offer.challenge, response, SITE)).toMatchObject({ kind: 'refused', cause: 'code' });
    const other = await given.test.person({ mfaRequired: true });
    const { challenge } = expectStep(await begin(other.name), 'enrol');
    const registration = expectStep(await given.signIn.registerPasskey(challenge, SITE), 'passkey-offer');
    const weak = createSoftwareKey().attest(registration.options, { ...SITE, isVerified: false });
    expect(await given.signIn.confirmPasskey(challenge, weak, { ...SITE, name: '' })).toMatchObject({ cause: 'code' });
    expect(given.opened).toEqual([]);
    expect(given.test.platform.recorded.find(({ type }) => type === 'identity.sign-in-refused')).toMatchObject({
      payload: { step: 'passkey', cause: 'unverified' },
    });
  });

  it('of another origin or host is refused', async () => {
    const { key } = await withKey();
    for (const [signed, served] of [
      [{ ...SITE, origin: 'https://evil.test' }, SITE],
      [{ ...SITE, rpId: 'evil.test' }, SITE],
      [SITE, { rpId: 'evil.test', origin: 'https://evil.test' }],
      [SITE, { ...SITE, origin: 'https://evil.test' }],
    ] as const) {
      const offer = await given.signIn.beginPasskey(FROM, SITE);
      const step = await given.signIn.finishPasskey(offer.challenge, key.assert(offer.options, signed), served);
      expect(step, JSON.stringify([signed, served])).toMatchObject({ kind: 'refused' });
    }
    expect(given.opened).toEqual([]);
  });

  it('answers each challenge once, right or wrong', async () => {
    const { key } = await withKey();
    const offer = await given.signIn.beginPasskey(FROM, SITE);
    const response = key.assert(offer.options, SITE);
    const other = await given.signIn.beginPasskey(FROM, SITE);
    // Replayed for another challenge, and then the right answer to that one: its challenge is gone.
    expect(await given.signIn.finishPasskey(other.challenge, response, SITE)).toMatchObject({ cause: 'code' });
    expect(await given.signIn.finishPasskey(other.challenge, key.assert(other.options, SITE), SITE)).toMatchObject({
      cause: 'code',
    });
    const steps = await Promise.all([1, 2, 3].map(async () => given.signIn.finishPasskey(offer.challenge, response, SITE)));
    expect(steps.filter(({ kind }) => kind === 'signed-in').length).toBeLessThanOrEqual(1);
    expect(await given.signIn.finishPasskey(offer.challenge, response, SITE)).toMatchObject({ kind: 'refused' });
    expect(given.opened.length).toBeLessThanOrEqual(1);
  });

  it('whose counter does not grow is refused: there may be a copy', async () => {
    const { key } = await withKey();
    key.counter = 5;
    const first = await given.signIn.beginPasskey(FROM, SITE);
    expectStep(await given.signIn.finishPasskey(first.challenge, key.assert(first.options, SITE), SITE), 'signed-in');
    key.counter = 2;
    const second = await given.signIn.beginPasskey(FROM, SITE);
    expect(await given.signIn.finishPasskey(second.challenge, key.assert(second.options, SITE), SITE)).toMatchObject({
      cause: 'code',
    });
  });

  it('of somebody else is no second factor of mine', async () => {
    const mine = await withKey();
    const theirs = await withKey();
    const { challenge } = expectStep(await begin(mine.person.name), 'second-factor');
    const offer = expectStep(await given.signIn.passkeyOptions(challenge, SITE), 'passkey-offer');
    expect(await given.signIn.finishPasskey(challenge, theirs.key.assert(offer.options, SITE), SITE)).toMatchObject({
      cause: 'code',
    });
    expect(given.opened).toEqual([]);
  });

  it('of somebody disabled opens nothing', async () => {
    const { person, key } = await withKey();
    await given.test.people.disable(person.id, OPERATOR);
    const offer = await given.signIn.beginPasskey(FROM, SITE);
    expect(await given.signIn.finishPasskey(offer.challenge, key.assert(offer.options, SITE), SITE)).toMatchObject({
      kind: 'refused',
    });
  });

  it('takes any text for an answer without falling over', async () => {
    await withKey();
    for (const response of [
      null,
      undefined,
      '',
      7,
      [],
      {},
      { id: 'x' },
      { id: '\u0000', rawId: '', type: 'public-key', response: {} },
    ]) {
      const offer = await given.signIn.beginPasskey(FROM, SITE);
      expect(await given.signIn.finishPasskey(offer.challenge, response, SITE)).toMatchObject({ kind: 'refused' });
    }
    const offer = await given.signIn.beginPasskey(FROM, SITE);
    const { id } = createSoftwareKey();
    const junk = {
      id,
      rawId: id,
      type: 'public-key',
      response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' },
    };
    expect(await given.signIn.finishPasskey(offer.challenge, junk, SITE)).toMatchObject({ kind: 'refused' });
  });

  it('that is the last second factor stays while two are needed', async () => {
    const { person } = await withKey();
    const [passkey] = (await given.test.people.factors(person.id)).passkeys;
    const remove = async () => given.test.people.removePasskey(person.id, passkey?.id ?? '', OPERATOR);
    await expect(remove()).rejects.toMatchObject({ code: 'last-factor' });
    await given.test.people.change(person.id, { mfaRequired: false }, OPERATOR);
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('enrolled by somebody invited, without any password, makes the person active', async () => {
    const person = await given.test.people.create({ name: 'boss', role: 'owner' }, OPERATOR);
    const { challenge } = expectStep(await given.signIn.beginEnrolment(person.id, FROM), 'enrol');
    const offer = expectStep(await given.signIn.registerPasskey(challenge, SITE), 'passkey-offer');
    const key = createSoftwareKey();
    const step = await given.signIn.confirmPasskey(challenge, key.attest(offer.options, SITE), { ...SITE, name: '\u0007' });
    const { codes, challenge: saving } = expectStep(step, 'recovery-codes');
    expect(await given.signIn.confirmSaved(saving, codes[9] ?? '')).toMatchObject({ kind: 'confirmed', acr: 'aal2' });
    expect(await given.test.people.get(person.id)).toMatchObject({ status: 'active', hasPassword: false });
    expect(await given.test.people.factors(person.id)).toMatchObject({ passkeys: [{ name: 'Passkey' }] });
  });
});
