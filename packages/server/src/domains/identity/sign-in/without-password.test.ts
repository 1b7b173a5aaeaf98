import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../people/test-people.ts';
import { createSoftwareKey } from './test-key.ts';
import { expectStep, FROM, openTestSignIn, type TestSignIn } from './test-sign-in.ts';

const SITE = { rpId: 'shop.test', origin: 'https://shop.test' };
const ADMIN = { ...FROM, kind: 'admin' as const, application: null, needsMfa: true };
let given: TestSignIn;
beforeAll(async () => {
  given = await openTestSignIn();
}, 60_000);
afterAll(async () => given[Symbol.asyncDispose]());
beforeEach(async () => given.reset());

async function invited(name = 'ada') {
  const { people } = given.test;
  const person = await people.create({ name, mfaRequired: true }, OPERATOR);
  const { token } = await people.invite(person.id, OPERATOR);
  return { person, token };
}

/** From the enrolment page to a session, by a passkey alone. */
async function enrol(challenge: string, key = createSoftwareKey()) {
  const { signIn } = given;
  const offer = expectStep(await signIn.registerPasskey(challenge, SITE), 'passkey-offer');
  const step = await signIn.confirmPasskey(challenge, key.attest(offer.options, SITE), { ...SITE, name: 'Key' });
  const { codes, challenge: saving } = expectStep(step, 'recovery-codes');
  expectStep(await signIn.confirmSaved(saving, codes[0] ?? ''), 'signed-in');
  return key;
}

async function signInWith(key: ReturnType<typeof createSoftwareKey>) {
  const offer = await given.signIn.beginPasskey(FROM, SITE);
  return given.signIn.finishPasskey(offer.challenge, key.assert(offer.options, SITE), SITE);
}

describe('somebody invited', () => {
  it('can have a passkey and no password, which is two factors, and uses the link up with it', async () => {
    const { person, token } = await invited();
    const { challenge } = expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol');
    expect(await given.signIn.view(challenge)).toMatchObject({ stage: 'enrol', isPasskeyOnly: true, name: 'ada' });
    const key = await enrol(challenge);
    expect(given.opened.at(-1)).toMatchObject({ person: person.id, acr: 'aal2', amr: ['hwk', 'user', 'mfa'] });
    expect(await given.test.people.get(person.id)).toMatchObject({ status: 'active', hasPassword: false });
    expect(await given.signIn.acceptWithoutPassword(token, FROM)).toMatchObject({ kind: 'refused', cause: 'link' });
    expectStep(await signInWith(key), 'signed-in');
  });

  it('gets in with no code of an app alone: that would be one factor called two', async () => {
    const { token } = await invited();
    const { challenge } = expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol');
    expect(await given.signIn.enrolTotp(challenge, 'Shop')).toMatchObject({ kind: 'refused' });
    expect(await given.signIn.confirmTotp(challenge, '000000')).toMatchObject({ kind: 'refused', cause: 'ended' });
    expect(given.opened).toEqual([]);
  });

  it('may begin again with the same link, but not twice to the end', async () => {
    const { token } = await invited();
    const first = expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol');
    const second = expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol');
    const offer = expectStep(await given.signIn.registerPasskey(first.challenge, SITE), 'passkey-offer');
    await enrol(second.challenge);
    const late = createSoftwareKey().attest(offer.options, SITE);
    expect(await given.signIn.confirmPasskey(first.challenge, late, { ...SITE, name: '' })).toMatchObject({ kind: 'refused' });
    expect(given.opened).toHaveLength(1);
  });

  it('stays invited when disabled and enabled before, and the link holds; active after', async () => {
    const { people } = given.test;
    const { person, token } = await invited();
    await people.disable(person.id, OPERATOR);
    expect(await given.signIn.acceptWithoutPassword(token, FROM)).toMatchObject({ kind: 'refused', cause: 'link' });
    expect(await people.enable(person.id, OPERATOR)).toMatchObject({ status: 'invited' });
    const { challenge } = expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol');
    const key = await enrol(challenge);
    await people.disable(person.id, OPERATOR);
    expect(await signInWith(key)).toMatchObject({ kind: 'refused' });
    expect(await people.enable(person.id, OPERATOR)).toMatchObject({ status: 'active' });
    expectStep(await signInWith(key), 'signed-in');
  });
});

describe('somebody without a password', () => {
  it('cannot remove the only passkey, though the application asks for one factor', async () => {
    const { people } = given.test;
    const person = await people.create({ name: 'eve' }, OPERATOR);
    const { token } = await people.invite(person.id, OPERATOR);
    await enrol(expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol').challenge);
    const { passkeys } = await people.factors(person.id);
    const remove = async () => people.removePasskey(person.id, passkeys[0]?.id ?? '', OPERATOR);
    await expect(remove()).rejects.toMatchObject({ code: 'last-factor' });
    await people.setPassword(person.id, { password: 'vier blaue Fahrräder im Regen' }, OPERATOR);
    await remove();
  });

  it('who lost it is invited anew, once an operator has reset it', async () => {
    const { people } = given.test;
    const { person, token } = await invited();
    await enrol(expectStep(await given.signIn.acceptWithoutPassword(token, FROM), 'enrol').challenge);
    await expect(people.invite(person.id, OPERATOR)).rejects.toMatchObject({ code: 'conflict' });
    await people.resetFactors(person.id, OPERATOR);
    const again = await people.invite(person.id, OPERATOR);
    await enrol(expectStep(await given.signIn.acceptWithoutPassword(again.token, FROM), 'enrol').challenge);
  });

  it('is set up as the first owner by the link of the terminal', async () => {
    const { people } = given.test;
    const { token } = await people.issueLink('setup', null, OPERATOR);
    const step = await given.signIn.acceptSetup(token, { name: 'ada', password: null }, ADMIN);
    await enrol(expectStep(step, 'enrol').challenge);
    expect(given.opened.at(-1)).toMatchObject({ kind: 'admin', acr: 'aal2' });
    expect(await people.findByName('ada')).toMatchObject({ role: 'owner', status: 'active', hasPassword: false });
  });
});
