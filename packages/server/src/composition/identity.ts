import { randomBytes } from 'node:crypto';
import type { Answer, Application, Ask, SessionEndReason } from '@holdfast/contract';
import type { Applications } from '../domains/applications/index.ts';
import {
  adminMount,
  applicationMount,
  createAdmins,
  createObservedSignIns,
  createPages,
  createPeople,
  createSessions,
  createSignIn,
  createSigningKeys,
  limitsOfLogin,
  toGatewaySession,
  type NewSession,
  type PagesParts,
  type People,
  type Sessions,
} from '../domains/identity/index.ts';
import { resolveReference } from '../platform/config/references.ts';
import type { Foundation } from '../platform/foundation.ts';
import { openMail } from '../platform/mail/mail.ts';
import { firstOwnerOf, openProviders } from './providers.ts';

/** Why people's sessions end, in the words of sessions. */
const END_REASONS: Readonly<Record<'password' | 'disabled' | 'role' | 'factors', SessionEndReason>> = {
  password: 'password-changed',
  disabled: 'person-disabled',
  role: 'person-changed',
  factors: 'factors-changed',
};
/** Holdfast itself: nobody administers with one factor. */
const ADMINISTRATION = { name: 'Holdfast', needsMfa: true, signUp: false, hosts: [] };
const BY_IDENTITY = { kind: 'system', ref: 'identity' } as const;

const mailPassword = (reference: string | null): string | null =>
  reference === null
    ? null
    : resolveReference(reference, { environment: process.env, folder: process.cwd(), pointer: '/mail/smtp/password' });

/** People, their sign-in, their sessions and the pages for it, put together. */
export function openIdentity(foundation: Foundation, applications: Pick<Applications, 'list'>) {
  const { db, bus, clock, keyring, log, config, dataDir, stack } = foundation;
  const mail = stack.use(
    openMail({ settings: config.mail, dataDir, log, keyring, clock, password: mailPassword(config.mail.smtp.password) }),
  );
  const find = async (id: string): Promise<Application | null> =>
    (await applications.list()).find(({ application }) => application.id === id)?.application ?? null;
  // Each asks the other, once everything stands: sessions who a person is, people to end sessions.
  const sessions: Sessions = createSessions({
    db,
    bus,
    clock,
    keyring,
    findPerson: async (id) => people.find(id),
    async limitsOf(id) {
      const application = await find(id);
      return application === null ? null : limitsOfLogin(application.login);
    },
  });
  const people: People = createPeople({
    db,
    bus,
    clock,
    keyring,
    notify: (notice) => mail.send(notice),
    async endSessions(tx, { person, reason }) {
      await sessions.endAllIn(tx, person, { reason: END_REASONS[reason], actor: BY_IDENTITY });
    },
  });
  const providers = openProviders(foundation);
  const signIn = createSignIn<NewSession>({
    people,
    log,
    providers: { providers, firstOwner: firstOwnerOf(config) },
    openSession: async (request) => sessions.open(request),
  });
  const signingKeys = createSigningKeys({ db, bus, clock, keyring, firstOnly: true });
  const pageParts: PagesParts = {
    providers: [...providers.values()].map(({ settings: { id, name } }) => ({ id, name })),
    signIn,
    sessions,
    people,
    random: (bytes) => randomBytes(bytes),
    async brand(id) {
      if (id === null) return ADMINISTRATION;
      const application = await find(id);
      if (application === null) return null;
      const { name, hosts, login } = application;
      return { name, hosts, needsMfa: login.mfa, signUp: login.signUp === 'on' };
    },
  };
  const pages = createPages(pageParts, applicationMount);
  const adminPages = createPages(pageParts, adminMount);
  const admins = createAdmins(people);
  const observed = createObservedSignIns({ clock, bus, keyring });

  /** What gateways ask while a request waits. */
  const answer = async (
    ask: Exclude<Ask, { kind: 'account' | 'upload-known' | 'upload-keep' | 'upload-stored' }>,
  ): Promise<Answer> => {
    if (ask.kind === 'session') return { kind: 'session', session: await sessionOf(ask.hash, ask.application) };
    if (ask.kind === 'sign-in-try') return observed.try(ask);
    if (ask.kind === 'sign-in-success') return observed.succeed(ask);
    const { request } = ask;
    // What a gateway remembers is seconds old; a page that changes something goes by what holds now.
    const session = request.session === null ? null : await sessionOf(request.session.hash, request.application);
    return { kind: 'page', response: await pages.answer({ ...request, session }) };
  };
  const sessionOf = async (hash: string, application: string) => {
    const view = await sessions.check(hash, { kind: 'application', application });
    return view === null ? null : toGatewaySession(view);
  };
  return { mail, people, sessions, signIn, signingKeys, admins, adminPages, observed, answer };
}
