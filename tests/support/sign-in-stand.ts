import type { ApplicationInput } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  applicationMount,
  createPages,
  createSessions,
  createSignIn,
  createSigningKeys,
  limitsOfLogin,
  toGatewaySession,
  type NewSession,
  type Person,
  type Sessions,
} from '../../packages/server/src/domains/identity/index.ts';
import { openCommonPasswords } from '../../packages/server/src/domains/identity/people/common-passwords.ts';
import { createPeople, type People } from '../../packages/server/src/domains/identity/people/people.ts';
import { openKeyring } from '../../packages/server/src/platform/keyring/keyring.ts';
import { openTestPlatform, type TestPlatform } from '../../packages/server/src/platform/test-platform.ts';
import { startEchoUpstream, type EchoUpstream } from './echo-upstream.ts';
import { startTestGateway, testSnapshot, type TestGateway } from './test-gateway.ts';

const OPERATOR = { kind: 'operator', ref: 'test' } as const;

/** A gateway that asks for sign-in in front of an echo, with people, sessions and pages behind it, and a clock to move. */
export interface SignInStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly people: People;
  readonly sessions: Sessions;
  readonly echo: EchoUpstream;
  readonly gateway: TestGateway;
  /** Letters that would have been sent: their text holds the link. */
  readonly letters: { readonly to: string; readonly text: string }[];
  /** Somebody invited, with the secret of the invitation. */
  invite(name: string): Promise<{ readonly person: Person; readonly token: string }>;
}

export async function openSignInStand(login: Partial<NonNullable<ApplicationInput['login']>> = {}): Promise<SignInStand> {
  const platform = await openTestPlatform();
  const echo = await startEchoUpstream();
  const { db, bus, clock, dataDir } = platform;
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  const letters: { to: string; text: string }[] = [];
  const snapshot = testSnapshot({
    name: 'Demo Shop',
    hosts: ['localhost'],
    upstream: echo.url,
    login: { mode: 'required', ...login },
  });
  const [application] = snapshot.applications;
  if (application === undefined) throw new Error('the snapshot of this test has one application');
  const sessions: Sessions = createSessions({
    db,
    bus,
    clock,
    keyring,
    findPerson: async (id) => people.find(id),
    limitsOf: async () => limitsOfLogin(application.login),
  });
  const people: People = createPeople({
    db,
    bus,
    clock,
    keyring,
    notify: (letter) => void letters.push(letter),
    async endSessions(tx, { person }) {
      await sessions.endAllIn(tx, person, { reason: 'password-changed', actor: OPERATOR });
    },
    common: openCommonPasswords(),
  });
  const signIn = createSignIn<NewSession>({ people, openSession: async (request) => sessions.open(request) });
  const signingKeys = createSigningKeys({ db, bus, clock, keyring });
  await signingKeys.rotateIfDue();
  const brand = {
    name: application.name,
    needsMfa: application.login.mfa,
    signUp: application.login.signUp === 'on',
    hosts: application.hosts,
  };
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  const pages = createPages({ signIn, sessions, people, providers: [], random, brand: async () => brand }, applicationMount);
  const sessionOf = async (hash: string) => {
    const view = await sessions.check(hash, { kind: 'application', application: application.id });
    return view === null ? null : toGatewaySession(view);
  };
  const gateway = await startTestGateway(
    { ...snapshot, identityKeys: [...(await signingKeys.current())] },
    {
      clock,
      async onAsk(ask) {
        if (ask.kind === 'account') return { kind: 'account', account: null };
        if (ask.kind === 'session') return { kind: 'session', session: await sessionOf(ask.hash) };
        if (ask.kind !== 'page') return { kind: 'failed' };
        const session = ask.request.session === null ? null : await sessionOf(ask.request.session.hash);
        return { kind: 'page', response: await pages.answer({ ...ask.request, session }) };
      },
    },
  );
  sessions.onEnded((hashes) => gateway.link.endSessions(hashes));
  return {
    platform,
    people,
    sessions,
    echo,
    gateway,
    letters,
    async invite(name) {
      const person = await people.create({ name, email: `${name}@example.com` }, OPERATOR);
      const { token } = await people.invite(person.id, OPERATOR);
      return { person, token };
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await echo[Symbol.asyncDispose]();
      await signIn.settle();
      await platform[Symbol.asyncDispose]();
    },
  };
}
