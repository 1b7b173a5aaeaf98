import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LONG_PASSWORD, openTestPeople, OPERATOR, type TestPeople } from './test-people.ts';

let test: TestPeople;
beforeAll(async () => {
  test = await openTestPeople();
}, 60_000);
afterAll(async () => test[Symbol.asyncDispose]());
beforeEach(async () => test.reset());
const DAY_MS = 86_400_000;

describe('people', () => {
  it('are found by name or address, whatever the case, and the address stands sealed in the table', async () => {
    const { people, platform } = test;
    const maria = await people.create({ name: 'Maria', email: 'Maria.Muster@Example.test' }, OPERATOR);
    expect(maria).toMatchObject({ name: 'maria', status: 'invited', role: null, hasPassword: false });
    for (const typed of ['MARIA', ' maria ', 'maria.muster@example.TEST']) {
      expect((await people.findByName(typed))?.id, typed).toBe(maria.id);
    }
    expect(await people.findByName('nobody')).toBeNull();
    const dump = JSON.stringify(await platform.db.query('select * from identity_person'));
    expect(dump.toLowerCase()).not.toContain('example.test');
    expect(JSON.stringify(platform.recorded)).not.toContain('xample.test');
  });

  it('have one name and one address each', async () => {
    const { people } = test;
    await people.create({ name: 'maria', email: 'maria@example.test' }, OPERATOR);
    await expect(people.create({ name: 'MARIA' }, OPERATOR)).rejects.toMatchObject({ code: 'conflict' });
    await expect(people.create({ name: 'other', email: 'MARIA@example.test' }, OPERATOR)).rejects.toMatchObject({
      code: 'conflict',
    });
    for (const name of ['', ' ', 'a b', 'a\u0000b', '-x', 'a<b', 'x'.repeat(65), 'a\u200bb']) {
      await expect(people.create({ name }, OPERATOR), name).rejects.toMatchObject({ code: 'input-invalid' });
    }
    expect(await people.create({ name: 'jörg.müller+test@home' }, OPERATOR)).toMatchObject({ name: 'jörg.müller+test@home' });
  });

  it('lose their sessions when their role, status or password changes', async () => {
    const { people, ended } = test;
    const { id } = await test.person();
    ended.length = 0;
    await people.change(id, { role: 'auditor', groups: ['a', 'a', 'b'] }, OPERATOR);
    await people.disable(id, OPERATOR);
    await people.enable(id, OPERATOR);
    await people.setPassword(id, { password: `${LONG_PASSWORD}!` }, OPERATOR);
    expect(ended).toEqual([`${id}:role`, `${id}:disabled`, `${id}:password`]);
    expect(await people.get(id)).toMatchObject({ role: 'auditor', groups: ['a', 'b'], status: 'active' });
    const types = test.platform.recorded.map(({ type }) => type);
    expect(types).toContain('identity.person-changed');
    expect(types).toContain('identity.person-disabled');
    expect(types).toContain('identity.password-changed');
  });

  it('keep at least one active owner, also when two are taken away at once', async () => {
    const { people } = test;
    const [one, two] = [await test.person({ role: 'owner' }), await test.person({ role: 'owner' })];
    const outcomes = await Promise.allSettled([
      people.disable(one.id, OPERATOR),
      people.change(two.id, { role: null }, OPERATOR),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await people.countOwners()).toBe(1);
    const [left] = (await people.list({ limit: 10 })).items.filter(({ role, status }) => role === 'owner' && status === 'active');
    await expect(people.disable(left?.id ?? '', OPERATOR)).rejects.toMatchObject({ code: 'last-owner' });
  });

  it('nothing changes when it cannot be recorded', async () => {
    const { people, platform } = test;
    const { id } = await test.person({ role: 'analyst' });
    platform.failRecording(true);
    await expect(people.disable(id, OPERATOR)).rejects.toMatchObject({ code: 'audit-unavailable' });
    platform.failRecording(false);
    expect(await people.get(id)).toMatchObject({ status: 'active' });
  });

  it('are listed in pages', async () => {
    for (let count = 0; count < 3; count += 1) await test.person();
    const first = await test.people.list({ limit: 2 });
    expect(first.items).toHaveLength(2);
    expect((await test.people.list({ limit: 2, cursor: String(first.next) })).items).toHaveLength(1);
  });
});

describe('passwords of people', () => {
  it('need 15 characters, unless a second factor is needed each time', async () => {
    const { people } = test;
    const user = await people.create({ name: 'user' }, OPERATOR);
    const admin = await people.create({ name: 'boss', role: 'administrator' }, OPERATOR);
    const short = { password: 'kurz7Füß' };
    await expect(people.setPassword(user.id, short, OPERATOR)).rejects.toMatchObject({
      code: 'password-unacceptable',
      errors: [{ pointer: '/password' }],
    });
    expect(await people.setPassword(admin.id, short, OPERATOR)).toMatchObject({ status: 'active', passwordIsShort: true });
    // The need stays with the password when the role goes.
    expect(await people.change(admin.id, { role: null }, OPERATOR)).toMatchObject({ passwordIsShort: true });
    expect(await people.setPassword(user.id, { password: LONG_PASSWORD }, OPERATOR)).toMatchObject({ passwordIsShort: false });
  });

  it('stand nowhere but as a hash', async () => {
    await test.person({ name: 'canary' }, 'four free words 4711');
    const dump = JSON.stringify(await test.platform.db.query('select * from identity_person'));
    expect(dump).toContain('$argon2id$');
    expect(dump + JSON.stringify(test.platform.recorded) + JSON.stringify(test.letters)).not.toContain('4711');
  });

  it('must not hold the name of the application that asks for one', async () => {
    const user = await test.people.create({ name: 'user' }, OPERATOR);
    const given = { password: 'the tortoise shop opens', words: ['tortoise'] };
    await expect(test.people.setPassword(user.id, given, OPERATOR)).rejects.toMatchObject({ code: 'password-unacceptable' });
  });
});

describe('links', () => {
  it('of the setup open once, for fifteen minutes, and die at the fifth guess', async () => {
    const { people, platform } = test;
    const first = await people.issueLink('setup', null, OPERATOR);
    expect(await people.useLink('setup', first.token)).toEqual({ person: null });
    await expect(people.useLink('setup', first.token)).rejects.toMatchObject({ code: 'link-unusable' });
    const late = await people.issueLink('setup', null, OPERATOR);
    platform.advance(15 * 60_000);
    await expect(people.useLink('setup', late.token)).rejects.toMatchObject({ code: 'link-unusable' });
    const guessed = await people.issueLink('setup', null, OPERATOR);
    for (let count = 0; count < 5; count += 1) {
      await expect(people.useLink('setup', `guess${count}`)).rejects.toMatchObject({ code: 'link-unusable' });
    }
    await expect(people.useLink('setup', guessed.token)).rejects.toMatchObject({ code: 'link-unusable' });
    const dump = JSON.stringify([await platform.db.query('select * from identity_invite'), platform.recorded]);
    for (const { token } of [first, late, guessed]) expect(dump).not.toContain(token);
  });

  it('of an invitation replace the one before, and guesses do not end them', async () => {
    const { people } = test;
    const { id } = await people.create({ name: 'new', email: 'new@example.test' }, OPERATOR);
    const old = await people.invite(id, OPERATOR);
    const fresh = await people.invite(id, OPERATOR, 'https://shop.test/.holdfast/invite?token=');
    expect(test.letters).toMatchObject([{ to: 'new@example.test' }]);
    expect(test.letters[0]?.text).toContain(`https://shop.test/.holdfast/invite?token=${fresh.token}`);
    const { invites, tables } = people.core;
    expect(await invites.look(tables(), ['invite'], old.token)).toBeNull();
    for (let count = 0; count < 6; count += 1) await invites.look(tables(), ['invite'], 'guess');
    expect(await invites.look(tables(), ['invite'], fresh.token)).toMatchObject({ person: id });
    const uses = await Promise.all([1, 2, 3].map(async () => invites.use(tables(), ['invite'], fresh.token)));
    expect(uses.filter((used) => used !== null)).toHaveLength(1);
  });

  it('are swept with everything else that is over', async () => {
    const { people, platform } = test;
    await people.issueLink('setup', null, OPERATOR);
    platform.advance(DAY_MS);
    await people.sweep();
    expect(await platform.db.query('select * from identity_invite')).toEqual([]);
  });
});
