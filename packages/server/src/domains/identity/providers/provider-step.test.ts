import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import { createOidcClient } from '../../../platform/oidc/client.ts';
import { providerSchema, type ProviderSettings } from '../../../platform/oidc/settings.ts';
import { TestProvider } from '../../../platform/oidc/test-provider.ts';
import { createAdmins } from '../admin/admins.ts';
import { LONG_PASSWORD, OPERATOR } from '../people/test-people.ts';
import type { Person } from '../people/person.ts';
import type { ProviderAnswer, ProviderVisit, SignInContext } from '../sign-in/steps.ts';
import { enrolTotp, expectStep, FROM, openTestSignIn, type TestSignIn } from '../sign-in/test-sign-in.ts';
import { admits, type Provider } from './provider.ts';
import type { ProviderParts } from './settle.ts';

const NEEDS_TWO: SignInContext = { ...FROM, needsMfa: true };
const ADMIN: SignInContext = { ...FROM, kind: 'admin', application: null, needsMfa: true };

let stand: TestSignIn;
let provider: TestProvider;
const parts: { providers: Map<string, Provider>; firstOwner: ProviderParts['firstOwner'] } = {
  providers: new Map(),
  firstOwner: null,
};

beforeAll(async () => {
  provider = await TestProvider.start();
  stand = await openTestSignIn(undefined, {
    providers: parts.providers,
    get firstOwner() {
      return parts.firstOwner;
    },
  });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

function configure(id: string, more: Partial<ProviderSettings> = {}): void {
  const given = { id, name: 'Corp', issuer: provider.issuer, clientId: provider.clientId, aal2: { amr: ['mfa'] }, ...more };
  const settings = providerSchema.parse(given);
  const client = createOidcClient({ settings, secret: provider.secret, clock: systemClock, log: silentLog });
  parts.providers.set(id, { settings, client });
}
beforeEach(() => configure('corp'));
afterEach(async () => {
  await stand.reset();
  parts.providers.clear();
  parts.firstOwner = null;
  Object.assign(provider.said, { claims: {}, info: {}, status: 200, isSilent: false });
});

const redirectOf = (id: string): string => `https://shop.example/.holdfast/provider/back/${id}`;
const visitOf = (more: Partial<ProviderVisit> = {}): ProviderVisit => ({
  provider: 'corp',
  redirectUri: redirectOf(more.provider ?? 'corp'),
  next: null,
  purpose: 'sign-in',
  person: null,
  invite: null,
  ...more,
});

async function goThere(more: Partial<ProviderVisit> = {}, context = FROM) {
  const offer = expectStep(await stand.signIn.beginProvider(visitOf(more), context), 'provider-offer');
  return { challenge: offer.challenge, query: provider.approve(offer.url) };
}
const answerOf = (query: string, more: Partial<ProviderAnswer> = {}): ProviderAnswer => ({
  provider: 'corp',
  redirectUri: redirectOf(more.provider ?? 'corp'),
  query,
  person: null,
  context: FROM,
  ...more,
});
async function roundTrip(more: Partial<ProviderVisit> = {}, context = FROM) {
  const { challenge, query } = await goThere(more, context);
  const { provider: id = 'corp', person = null } = more;
  return stand.signIn.finishProvider(challenge, answerOf(query, { provider: id, person, context }));
}
const refusals = (): unknown[] =>
  stand.test.platform.recorded.filter(({ type }) => type === 'identity.sign-in-refused').map(({ payload }) => payload);

/** Somebody with this account. */
async function connected(input = {}): Promise<Person> {
  const person = await stand.test.person(input);
  expectStep((await roundTrip({ purpose: 'enrolment', person: person.id })).step, 'confirmed');
  return person;
}

describe('whose account it is', () => {
  test('is known by issuer and subject; strangers are nobody, and one record says so without a word of theirs', async () => {
    const ann = await connected();
    const { step, next } = await roundTrip({ next: '/orders' });
    expect(expectStep(step, 'signed-in').person.id).toBe(ann.id);
    expect(next).toBe('/orders');
    expect(stand.opened.at(-1)).toMatchObject({ person: ann.id, acr: 'aal1', amr: ['oidc'] });
    provider.said.claims = { sub: 'canary-2' };
    expect((await roundTrip()).step).toMatchObject({ kind: 'refused', cause: 'unconnected' });
    expect(refusals()).toEqual([{ person: null, step: 'provider', cause: 'unconnected', known: false, address: FROM.address }]);
    expect(JSON.stringify(stand.test.platform.recorded)).not.toContain('canary');
  });

  test('is not told by an address, however verified', async () => {
    await stand.test.person({ email: 'ann@example.org' });
    configure('corp', { create: true, emailDomains: ['*'] });
    provider.said.claims = { email: 'ann@example.org', email_verified: true };
    expect((await roundTrip()).step).toMatchObject({ kind: 'refused', cause: 'unconnected' });
    expect(stand.opened).toEqual([]);
  });

  test('stays with whom it is: nobody else can connect it, and a disabled person stays out', async () => {
    const ann = await connected();
    const bob = await stand.test.person();
    expect((await roundTrip({ purpose: 'enrolment', person: bob.id })).step).toMatchObject({ cause: 'unconnected' });
    await stand.test.people.disable(ann.id, OPERATOR);
    expect((await roundTrip()).step).toMatchObject({ kind: 'refused', cause: 'unconnected' });
    expect(refusals().at(-1)).toMatchObject({ person: ann.id, cause: 'disabled' });
    await stand.test.people.enable(ann.id, OPERATOR);
    expectStep((await roundTrip()).step, 'signed-in');
  });

  test('ends with a new start that the operator of the host gives', async () => {
    const ada = await connected({ role: 'owner' });
    provider.said.claims = { amr: ['mfa'] };
    expectStep((await roundTrip({}, ADMIN)).step, 'signed-in');
    await createAdmins(stand.test.people).recover(ada.id, OPERATOR);
    expect((await roundTrip({}, ADMIN)).step).toMatchObject({ cause: 'unconnected' });
    expect(await stand.test.people.links(ada.id)).toEqual([]);
  });

  test('ends when it is disconnected, which is refused to whom has no other way in', async () => {
    const ann = await connected();
    expect(await stand.test.people.links(ann.id)).toMatchObject([{ provider: 'corp' }]);
    await stand.test.people.disconnect(ann.id, 'corp', OPERATOR);
    expect((await roundTrip()).step).toMatchObject({ cause: 'unconnected' });
    configure('corp', { create: true, emailDomains: ['*'] });
    const { person } = expectStep((await roundTrip()).step, 'signed-in');
    await expect(stand.test.people.disconnect(person.id, 'corp', OPERATOR)).rejects.toMatchObject({ code: 'last-factor' });
    expectStep((await roundTrip()).step, 'signed-in');
  });
});

describe('who is new', () => {
  test('becomes a person only where the provider may bring people along, and only from its domains', async () => {
    provider.said.claims = { email: 'Ann@Example.org', email_verified: true, name: 'Ann', groups: ['staff', 'x'.repeat(65)] };
    expect((await roundTrip()).step).toMatchObject({ cause: 'unconnected' });
    configure('corp', { create: true, emailDomains: ['example.com'] });
    expect((await roundTrip()).step).toMatchObject({ cause: 'unconnected' });
    configure('corp', { create: true, emailDomains: ['example.org'], groupsClaim: 'groups' });
    const { person } = expectStep((await roundTrip()).step, 'signed-in');
    expect(person).toMatchObject({
      name: 'ann@example.org',
      display: 'Ann',
      email: 'Ann@Example.org',
      role: null,
      groups: ['staff'],
      status: 'active',
      hasPassword: false,
    });
    expect(expectStep((await roundTrip()).step, 'signed-in').person.id).toBe(person.id);
  });

  test('needs a verified address for that, and takes no name that it chose', async () => {
    await stand.test.person({ name: 'ann' });
    configure('corp', { create: true, emailDomains: ['example.org'] });
    provider.said.claims = { email: 'ann@example.org', preferred_username: 'ann' };
    expect((await roundTrip()).step).toMatchObject({ cause: 'unconnected' });
    configure('corp', { create: true, emailDomains: ['*'] });
    const { person } = expectStep((await roundTrip()).step, 'signed-in');
    expect(person.email).toBeNull();
    expect(person.name).toMatch(/^corp-[0-9a-f]{12}$/u);
  });

  test('gets into no administration', async () => {
    configure('corp', { create: true, emailDomains: ['*'] });
    provider.said.claims = { amr: ['mfa'] };
    expect((await roundTrip({}, ADMIN)).step).toMatchObject({ cause: 'unconnected' });
  });

  test('accepts an invitation with the account, once', async () => {
    const { people } = stand.test;
    const invited = await people.create({ name: 'eve' }, OPERATOR);
    const { token } = await people.invite(invited.id, OPERATOR);
    const { step } = await roundTrip({ invite: token });
    expect(expectStep(step, 'signed-in').person).toMatchObject({ id: invited.id, status: 'active', hasPassword: false });
    provider.said.claims = { sub: 'account-2' };
    expect((await roundTrip({ invite: token })).step).toMatchObject({ cause: 'unconnected' });
  });

  test('becomes the first owner where the configuration says so, and nobody after that', async () => {
    parts.firstOwner = { provider: 'corp', subject: 'account-1', email: null };
    provider.said.claims = { sub: 'account-2', amr: ['mfa'] };
    expect((await roundTrip({}, ADMIN)).step).toMatchObject({ cause: 'unconnected' });
    provider.said.claims = {};
    expect((await roundTrip()).step).toMatchObject({ cause: 'unconnected' });
    // One factor: a second one first, as for every administrator.
    const { challenge } = expectStep((await roundTrip({}, ADMIN)).step, 'enrol');
    expectStep((await enrolTotp(stand, challenge)).last, 'signed-in');
    expect(stand.opened.at(-1)).toMatchObject({ kind: 'admin', acr: 'aal2', amr: ['oidc', 'otp', 'mfa'] });
    const [owner] = (await stand.test.people.list({ limit: 9 })).items;
    expect(owner).toMatchObject({ role: 'owner', status: 'active' });
    parts.firstOwner = { provider: 'corp', subject: null, email: 'b@example.org' };
    provider.said.claims = { sub: 'account-3', email: 'b@example.org', email_verified: true };
    expect((await roundTrip({}, ADMIN)).step).toMatchObject({ cause: 'unconnected' });
  });
});

describe('how sure it is', () => {
  test('one factor there goes through the second one here, or its enrolment, where two are needed', async () => {
    const ann = await connected();
    const { challenge } = expectStep((await roundTrip({}, NEEDS_TWO)).step, 'enrol');
    const { last, app } = await enrolTotp(stand, challenge);
    expectStep(last, 'signed-in');
    expect(stand.opened.at(-1)).toMatchObject({ person: ann.id, acr: 'aal2', amr: ['oidc', 'otp', 'mfa'] });
    stand.test.platform.advance(60_000);
    const again = expectStep((await roundTrip()).step, 'second-factor');
    expectStep(await stand.signIn.finishTotp(again.challenge, app.code(stand.test.platform.clock.now())), 'signed-in');
  });

  test('two factors there are two here, if the settings say what proves them', async () => {
    await connected();
    provider.said.claims = { amr: ['pwd', 'mfa'] };
    expectStep((await roundTrip({}, NEEDS_TWO)).step, 'signed-in');
    expect(stand.opened.at(-1)).toMatchObject({ acr: 'aal2', amr: ['oidc', 'mfa'] });
    configure('corp', { aal2: { acr: [], amr: [] } });
    expectStep((await roundTrip({}, NEEDS_TWO)).step, 'enrol');
  });

  test('a confirmation asks there anew, and replaces no second factor from here', async () => {
    const ann = await connected();
    const confirmed = expectStep((await roundTrip({ purpose: 'step-up', person: ann.id })).step, 'confirmed');
    expect(confirmed).toMatchObject({ purpose: 'step-up', acr: 'aal1' });
    provider.said.claims = { auth_time: Math.floor(Date.now() / 1000) - 600 };
    expect((await roundTrip({ purpose: 'step-up', person: ann.id })).step).toMatchObject({ cause: 'denied' });
    provider.said.claims = {};
    const { challenge } = expectStep(await stand.signIn.beginEnrolment(ann.id, FROM), 'enrol');
    await enrolTotp(stand, challenge);
    expect((await roundTrip({ purpose: 'step-up', person: ann.id })).step).toMatchObject({ cause: 'denied' });
    provider.said.claims = { amr: ['mfa'] };
    expectStep((await roundTrip({ purpose: 'step-up', person: ann.id })).step, 'confirmed');
  });

  test('groups are those of the provider where it names them, and sessions with others end', async () => {
    configure('corp', { groupsClaim: 'groups' });
    const ann = await connected({ groups: ['old'] });
    provider.said.claims = { groups: ['new'] };
    expect(expectStep((await roundTrip()).step, 'signed-in').person.groups).toEqual(['new']);
    expect(stand.test.ended).toContain(`${ann.id}:role`);
    stand.test.ended.length = 0;
    await roundTrip();
    expect(stand.test.ended).toEqual([]);
  });
});

describe('an answer', () => {
  test('is for the browser that asked, once', async () => {
    await connected();
    const { challenge, query } = await goThere();
    expect((await stand.signIn.finishProvider(null, answerOf(query))).step).toMatchObject({ cause: 'ended' });
    expect((await stand.signIn.finishProvider('x'.repeat(43), answerOf(query))).step).toMatchObject({ cause: 'ended' });
    expectStep((await stand.signIn.finishProvider(challenge, answerOf(query))).step, 'signed-in');
    expect((await stand.signIn.finishProvider(challenge, answerOf(query))).step).toMatchObject({ cause: 'ended' });
    expect(refusals()).toHaveLength(3);
  });

  test('of somebody else, put into this browser, signs nobody in and spoils nothing (login CSRF)', async () => {
    await connected();
    const mine = await goThere();
    provider.said.claims = { sub: 'attacker' };
    const theirs = await goThere();
    expect((await stand.signIn.finishProvider(mine.challenge, answerOf(theirs.query))).step).toMatchObject({ cause: 'ended' });
    provider.said.claims = {};
    expectStep((await stand.signIn.finishProvider(mine.challenge, answerOf(mine.query))).step, 'signed-in');
  });

  test('of one provider is none of another, though the state fits (mix-up)', async () => {
    await connected();
    configure('evil');
    const { challenge, query } = await goThere({ provider: 'evil' });
    const { step } = await stand.signIn.finishProvider(challenge, answerOf(query, { provider: 'corp' }));
    expect(step).toMatchObject({ cause: 'ended' });
    expect(refusals().at(-1)).toMatchObject({ cause: 'untrusted' });
  });

  test('to what somebody signed in asked for is of no use to another one', async () => {
    const [ann, bob] = [await stand.test.person(), await stand.test.person()];
    const { challenge, query } = await goThere({ purpose: 'enrolment', person: ann.id });
    for (const person of [bob.id, null]) {
      expect((await stand.signIn.finishProvider(challenge, answerOf(query, { person }))).step).toMatchObject({ cause: 'ended' });
    }
    expectStep((await stand.signIn.finishProvider(challenge, answerOf(query, { person: ann.id }))).step, 'confirmed');
    expect(await stand.test.people.links(bob.id)).toEqual([]);
  });

  test('of two browsers that found the same account at once makes one person', async () => {
    configure('corp', { create: true, emailDomains: ['*'] });
    const both = await Promise.all([goThere(), goThere()]);
    const steps = await Promise.all(
      both.map(async ({ challenge, query }) => (await stand.signIn.finishProvider(challenge, answerOf(query))).step),
    );
    expect(steps.some(({ kind }) => kind === 'signed-in')).toBe(true);
    expect((await stand.test.people.list({ limit: 9 })).items).toHaveLength(1);
  });

  test('that never comes keeps nobody from signing in here', async () => {
    provider.said.status = 503;
    const { challenge, query } = await goThere();
    expect((await stand.signIn.finishProvider(challenge, answerOf(query))).step).toMatchObject({
      cause: 'away',
      retryAfterSeconds: 30,
    });
    const ann = await stand.test.person();
    expectStep(await stand.signIn.begin({ ...FROM, name: ann.name, password: LONG_PASSWORD }), 'signed-in');
  });
});

test('domains are compared whole, behind the last @', () => {
  expect(admits(['example.org'], 'ann@Example.ORG')).toBe(true);
  for (const email of ['ann@example.org.evil.test', 'ann@notexample.org', 'ann@example.org@evil.test', null]) {
    expect(admits(['example.org'], email), String(email)).toBe(false);
  }
  expect(admits([], 'ann@example.org')).toBe(false);
  expect(admits(['*'], null)).toBe(true);
});
