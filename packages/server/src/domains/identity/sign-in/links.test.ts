import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LONG_PASSWORD, OPERATOR } from '../people/test-people.ts';
import { enrolTotp, expectStep, FROM, openTestSignIn, type TestSignIn } from './test-sign-in.ts';

const NEW_PASSWORD = 'neun rote Kähne am Ufer';
const MINUTE_MS = 60_000;
const LINK = { ...FROM, linkBase: 'https://shop.test/.holdfast/reset?token=' };
let given: TestSignIn;
beforeAll(async () => {
  given = await openTestSignIn();
}, 60_000);
afterAll(async () => given[Symbol.asyncDispose]());
beforeEach(async () => given.reset());

async function resetToken(name: string): Promise<string> {
  given.test.letters.length = 0;
  await given.signIn.requestReset(name, LINK);
  await given.signIn.settle();
  return /token=([\w-]+)/u.exec(given.test.letters[0]?.text ?? '')?.[1] ?? '';
}

describe('an invitation', () => {
  it('sets the first password and goes on to what the person needs', async () => {
    const { people } = given.test;
    const user = await people.create({ name: 'user' }, OPERATOR);
    const first = await people.invite(user.id, OPERATOR);
    expectStep(await given.signIn.acceptInvite(first.token, LONG_PASSWORD, FROM), 'signed-in');
    const boss = await people.create({ name: 'boss', role: 'administrator' }, OPERATOR);
    const second = await people.invite(boss.id, OPERATOR);
    given.opened.length = 0;
    const { challenge } = expectStep(await given.signIn.acceptInvite(second.token, 'kurz7Füß', FROM), 'enrol');
    expect(given.opened).toEqual([]);
    expectStep((await enrolTotp(given, challenge)).last, 'signed-in');
  });

  it('is used up by a good password only, and then for good', async () => {
    const { people } = given.test;
    const { id } = await people.create({ name: 'user' }, OPERATOR);
    const { token } = await people.invite(id, OPERATOR);
    await expect(given.signIn.acceptInvite(token, 'passwordpassword', FROM)).rejects.toMatchObject({
      code: 'password-unacceptable',
    });
    const steps = await Promise.all([1, 2, 3].map(async () => given.signIn.acceptInvite(token, LONG_PASSWORD, FROM)));
    expect(steps.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'refused', 'signed-in']);
    expect(await given.signIn.acceptInvite(token, NEW_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
    expect(await given.signIn.acceptInvite('guess', NEW_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
    await expect(people.invite(id, OPERATOR)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('opens nothing for somebody disabled meanwhile, nor after a week', async () => {
    const { people, platform } = given.test;
    const { id } = await people.create({ name: 'user' }, OPERATOR);
    const { token } = await people.invite(id, OPERATOR);
    await people.disable(id, OPERATOR);
    expect(await given.signIn.acceptInvite(token, LONG_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
    await people.enable(id, OPERATOR);
    platform.advance(7 * 24 * 60 * MINUTE_MS);
    expect(await given.signIn.acceptInvite(token, LONG_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
  });
});

describe('a new password by letter', () => {
  it('ends all sessions, does not skip the second factor, and works once', async () => {
    const person = await given.test.person({ mfaRequired: true, email: 'maria@example.test' });
    const enrolled = await enrolTotp(
      given,
      expectStep(await given.signIn.begin({ ...FROM, name: person.name, password: LONG_PASSWORD }), 'enrol').challenge,
    );
    const stale = expectStep(await given.signIn.begin({ ...FROM, name: person.name, password: LONG_PASSWORD }), 'second-factor');
    given.test.platform.advance(MINUTE_MS);
    given.opened.length = 0;
    given.test.ended.length = 0;
    const token = await resetToken('MARIA@example.test');
    const { challenge } = expectStep(await given.signIn.finishReset(token, NEW_PASSWORD, FROM), 'second-factor');
    expect(given.test.ended).toEqual([`${person.id}:password`]);
    expect(given.opened).toEqual([]);
    // What was begun with the old password is over.
    expect(await given.signIn.view(stale.challenge)).toBeNull();
    expectStep(await given.signIn.finishTotp(challenge, enrolled.app.code(given.test.platform.clock.now())), 'signed-in');
    expect(await given.signIn.finishReset(token, LONG_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
    expect(await given.signIn.begin({ ...FROM, name: person.name, password: LONG_PASSWORD })).toMatchObject({
      cause: 'credentials',
    });
    const dump = JSON.stringify([
      await given.test.platform.db.query('select * from identity_invite'),
      given.test.platform.recorded,
    ]);
    expect(dump).not.toContain(token);
  });

  it('answers the same for everybody, and writes only to those who exist, once in a while', async () => {
    await given.test.person({ name: 'maria', email: 'maria@example.test' });
    await given.test.person({ name: 'noaddress' });
    const answers = [];
    for (const name of ['maria', 'nobody', 'noaddress', 'maria', '\u0000', 'x'.repeat(100_000)])
      answers.push(await given.signIn.requestReset(name, LINK));
    await given.signIn.settle();
    expect(answers).toEqual(answers.map(() => undefined));
    expect(given.test.letters.map(({ to }) => to)).toEqual(['maria@example.test']);
    given.test.platform.advance(5 * MINUTE_MS);
    expect(await resetToken('maria')).not.toBe('');
  });

  it('lasts an hour, and an invitation is no reset', async () => {
    const person = await given.test.person({ name: 'maria', email: 'maria@example.test' });
    const token = await resetToken('maria');
    expect(await given.signIn.acceptInvite(token, NEW_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
    given.test.platform.advance(60 * MINUTE_MS);
    expect(await given.signIn.finishReset(token, NEW_PASSWORD, FROM)).toMatchObject({ cause: 'link' });
    expect(person.hasPassword).toBe(true);
  });

  it('asked for by thousands at once fills neither memory nor the mailbox', async () => {
    await given.test.person({ name: 'maria', email: 'maria@example.test' });
    await Promise.all(Array.from({ length: 1000 }, async () => given.signIn.requestReset('maria', LINK)));
    await given.signIn.settle();
    expect(given.test.letters.length).toBeLessThanOrEqual(1);
  });
});

describe('signing up', () => {
  it('answers the same for a new address and a taken one, and tells the owner of the taken one', async () => {
    await given.test.person({ name: 'maria', email: 'maria@example.test' });
    const answers = [];
    for (const email of [
      'Maria@example.test',
      'maria@example.test',
      'new@example.test',
      'new@example.test',
      'nonsense',
      '\u0000@x',
    ]) {
      answers.push(await given.signIn.requestSignUp(email, LINK));
      await given.signIn.settle();
    }
    expect(answers).toEqual(answers.map(() => undefined));
    expect(given.test.letters.map(({ to, subject }) => [to, subject])).toEqual([
      ['maria@example.test', 'You have an account already'],
      ['new@example.test', 'Your new account'],
    ]);
    const token = /token=([\w-]+)/u.exec(given.test.letters[1]?.text ?? '')?.[1] ?? '';
    await expect(given.signIn.acceptInvite(token, 'passwordpassword', FROM)).rejects.toMatchObject({
      code: 'password-unacceptable',
    });
    expectStep(await given.signIn.acceptInvite(token, NEW_PASSWORD, FROM), 'signed-in');
    expectStep(await given.signIn.begin({ ...FROM, name: 'new@example.test', password: NEW_PASSWORD }), 'signed-in');
  });

  it('leaves the link of somebody whom an operator invited', async () => {
    const { people } = given.test;
    const { id } = await people.create({ name: 'eve', email: 'eve@example.test' }, OPERATOR);
    const { token } = await people.invite(id, OPERATOR);
    await given.signIn.requestSignUp('eve@example.test', { ...LINK, address: '192.0.2.50' });
    await given.signIn.settle();
    expect(given.test.letters).toEqual([]);
    expectStep(await given.signIn.acceptInvite(token, NEW_PASSWORD, FROM), 'signed-in');
  });

  it('writes ten letters an hour for one network, whoever is named, and others are not kept waiting', async () => {
    const ask = async (count: number, address: string): Promise<void> => {
      for (let round = 0; round < count; round += 1) {
        await given.signIn.requestSignUp(`${address.replaceAll(':', '-')}-${round}@example.test`, { ...LINK, address });
        await given.signIn.settle();
      }
    };
    await ask(15, '192.0.2.60');
    expect(given.test.letters).toHaveLength(10);
    await ask(1, '192.0.2.61');
    expect(given.test.letters).toHaveLength(11);
    given.test.platform.advance(3_600_000);
    await ask(1, '192.0.2.60');
    // Its letter of an hour ago is no reason to keep a second one back.
    expect(given.test.letters).toHaveLength(12);
  });

  it('is forgotten a week later by whom never came, and only by those', async () => {
    const { people, platform } = given.test;
    const invited = await people.create({ name: 'eve' }, OPERATOR);
    await given.signIn.requestSignUp('new@example.test', { ...LINK, address: '192.0.2.70' });
    await given.signIn.requestSignUp('came@example.test', { ...LINK, address: '192.0.2.70' });
    await given.signIn.settle();
    const letter = given.test.letters.find(({ to }) => to === 'came@example.test');
    const token = /token=([\w-]+)/u.exec(letter?.text ?? '')?.[1] ?? '';
    expectStep(await given.signIn.acceptInvite(token, NEW_PASSWORD, FROM), 'signed-in');
    platform.advance(8 * 86_400_000);
    await people.sweep();
    expect(await people.findByName('new@example.test')).toBeNull();
    expect(await people.findByName('came@example.test')).toMatchObject({ status: 'active' });
    expect(await people.find(invited.id)).toMatchObject({ status: 'invited' });
  });
});
