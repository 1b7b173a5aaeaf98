import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LONG_PASSWORD, openTestPeople, OPERATOR, type TestPeople } from '../people/test-people.ts';
import { createSignIn } from '../sign-in/sign-in.ts';
import type { SessionRequest, SignIn, SignInContext } from '../sign-in/steps.ts';
import { createAdmins, type Admins } from './admins.ts';

const MINUTE_MS = 60_000;
const CONTEXT: SignInContext = {
  kind: 'admin',
  application: null,
  needsMfa: true,
  address: '127.0.0.1',
  userAgent: 'test',
  deviceToken: null,
};
const ADA = { name: 'ada', password: LONG_PASSWORD };
let stand: TestPeople;
let admins: Admins;
let signIn: SignIn<SessionRequest>;

beforeAll(async () => {
  stand = await openTestPeople();
  admins = createAdmins(stand.people);
  signIn = createSignIn({ people: stand.people, openSession: async (request) => Promise.resolve(request) });
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => stand.reset());

const setup = async (token: string, given = ADA) => signIn.acceptSetup(token, given, CONTEXT);
const types = (): readonly string[] => stand.platform.recorded.map(({ type }) => type);

describe('the link of the setup', () => {
  test('makes one owner, who needs a second factor, and is spent', async () => {
    const { token } = await admins.issueSetupLink(OPERATOR);
    expect((await setup(token)).kind).toBe('enrol');
    expect(await stand.people.findByName('ada')).toMatchObject({ role: 'owner', status: 'active' });
    expect((await setup(token, { ...ADA, name: 'eve' })).kind).toBe('refused');
    await expect(admins.issueSetupLink(OPERATOR)).rejects.toMatchObject({ code: 'setup-closed' });
    expect(types()).toContain('identity.person-created');
  });

  test('is over after a quarter of an hour', async () => {
    const { token } = await admins.issueSetupLink(OPERATOR);
    stand.platform.advance(15 * MINUTE_MS + 1);
    expect(await setup(token)).toMatchObject({ kind: 'refused', cause: 'link' });
    expect(await admins.isSetupOpen()).toBe(true);
  });

  test('dies of five wrong ones, not of four', async () => {
    for (const [guesses, kind] of [
      [4, 'enrol'],
      [5, 'refused'],
    ] as const) {
      await stand.reset();
      const { token } = await admins.issueSetupLink(OPERATOR);
      for (let guess = 0; guess < guesses; guess += 1) await setup(`wrong-${guess}-aaaaaaaaaaaaaaaaaa`);
      expect((await setup(token)).kind).toBe(kind);
    }
  });

  test('lets one of many at once in, and leaves nobody else behind', async () => {
    const { token } = await admins.issueSetupLink(OPERATOR);
    const all = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => setup(token, { ...ADA, name })));
    expect(all.filter(({ kind }) => kind === 'enrol')).toHaveLength(1);
    expect(await admins.list()).toHaveLength(1);
  });

  test('stays good when a name or a password cannot be taken', async () => {
    await stand.people.create({ name: 'taken' }, OPERATOR);
    const { token } = await admins.issueSetupLink(OPERATOR);
    await expect(setup(token, { ...ADA, name: 'no name' })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(setup(token, { ...ADA, name: 'taken' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(setup(token, { ...ADA, password: 'letmein1' })).rejects.toMatchObject({ code: 'password-unacceptable' });
    expect((await setup(token)).kind).toBe('enrol');
  });

  test('of an older issue is worth nothing, and none is worth anything elsewhere', async () => {
    const older = await admins.issueSetupLink(OPERATOR);
    const { token } = await admins.issueSetupLink(OPERATOR);
    expect((await setup(older.token)).kind).toBe('refused');
    expect((await signIn.acceptInvite(token, LONG_PASSWORD, CONTEXT)).kind).toBe('refused');
    expect((await signIn.finishReset(token, LONG_PASSWORD, CONTEXT)).kind).toBe('refused');
  });

  test('is still made while owners were only invited, and never while one is disabled or was given a new start', async () => {
    const invited = await stand.people.create({ name: 'invited', role: 'owner' }, OPERATOR);
    expect(await admins.isSetupOpen()).toBe(true);
    await stand.people.setPassword(invited.id, { password: LONG_PASSWORD }, OPERATOR);
    expect(await admins.isSetupOpen()).toBe(false);
    await admins.recover(invited.id, OPERATOR);
    expect(await admins.isSetupOpen()).toBe(false);
  });
});

describe('a new start', () => {
  test('takes password, factors and sessions, lets a disabled one in, and is told to the others and the ledger', async () => {
    const other = await stand.person({ role: 'owner', email: 'other@example.com' });
    const lost = await stand.person({ role: 'owner', email: 'lost@example.com' });
    await stand.people.disable(lost.id, OPERATOR);
    const { token, person } = await admins.recover(lost.id, OPERATOR);
    expect(person.hasPassword).toBe(false);
    expect(person.status).not.toBe('disabled');
    expect(stand.ended).toContain(`${lost.id}:factors`);
    expect(types()).toContain('identity.admin-recovered');
    expect(stand.letters.filter(({ to }) => to === other.email).map(({ subject }) => subject)).toEqual([
      'An administrator was given a new start',
    ]);
    expect((await signIn.begin({ ...CONTEXT, name: lost.name, password: LONG_PASSWORD })).kind).toBe('refused');
    expect((await signIn.acceptInvite(token, 'ein ganz neues langes Kennwort', CONTEXT)).kind).toBe('enrol');
    expect((await signIn.acceptInvite(token, 'ein ganz neues langes Kennwort', CONTEXT)).kind).toBe('refused');
  });

  test('is neither taken nor ended by whoever sends links to an application', async () => {
    const lost = await stand.person({ role: 'owner' });
    const { token } = await admins.recover(lost.id, OPERATOR);
    const outside: SignInContext = { ...CONTEXT, kind: 'application', application: 'shop' };
    for (let guess = 0; guess < 6; guess += 1)
      await signIn.acceptInvite(`wrong-${guess}-aaaaaaaaaaaaaaaaaa`, LONG_PASSWORD, outside);
    expect((await signIn.acceptInvite(token, LONG_PASSWORD, outside)).kind).toBe('refused');
    expect((await signIn.acceptInvite(token, LONG_PASSWORD, CONTEXT)).kind).toBe('enrol');
  });

  test('is not for users of applications', async () => {
    const user = await stand.person();
    await expect(admins.recover(user.id, OPERATOR)).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await signIn.begin({ ...CONTEXT, needsMfa: false, name: user.name, password: LONG_PASSWORD })).kind).toBe(
      'signed-in',
    );
  });
});

test('the list shows whoever has a role, and nobody else', async () => {
  const analyst = await stand.person({ role: 'analyst' });
  await stand.person();
  expect((await admins.list()).map(({ id }) => id)).toEqual([analyst.id]);
});
