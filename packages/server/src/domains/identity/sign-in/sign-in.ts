import { silentLog, type Log } from '../../../platform/log.ts';
import type { People } from '../people/people.ts';
import type { InviteKind } from '../people/tables.ts';
import { CHALLENGE_TRIES_MAX } from './challenges.ts';
import {
  beginEnrolling,
  confirmCodes,
  enrolWithPasskey,
  enrolWithTotp,
  isPasskeyOnly,
  offerRegistration,
  offerTotp,
} from './enrol-step.ts';
import { finishWithRecovery, finishWithTotp } from './factor-step.ts';
import { createFlow, refused, type Flow, type OpenSession } from './flow.ts';
import { createLetters } from './letters.ts';
import { beginWithoutPassword, finishLink } from './link-step.ts';
import { beginWithPasskey, finishWithPasskey, offerPasskey } from './passkey-step.ts';
import { beginWithPassword, finishWithPassword } from './password-step.ts';
import { finishSetup } from './setup-step.ts';
import { beginWithProvider, finishWithProvider } from '../providers/provider-step.ts';
import type { ProviderParts } from '../providers/settle.ts';
import type { ChallengeView, SignIn, SignInContext, Step } from './steps.ts';

export interface SignInParts<Session> {
  readonly people: Pick<People, 'core'>;
  readonly openSession: OpenSession<Session>;
  /** Left out = nobody else is asked. */
  readonly providers?: ProviderParts;
  readonly log?: Log;
}

async function viewOf<Session>(flow: Flow<Session>, token: string): Promise<ChallengeView | null> {
  const { core, challenges } = flow;
  const open = await challenges.read(core.tables(), token);
  if (open === null) return null;
  const person = await flow.personOf(core.tables(), open);
  if (open.person !== null && person === null) return null;
  return {
    stage: open.stage,
    purpose: open.data.purpose,
    methods: person === null ? [] : await flow.methodsOf(core.tables(), person.id),
    isPasskeyOnly: isPasskeyOnly(open),
    name: person?.name ?? null,
    triesLeft: Math.min(CHALLENGE_TRIES_MAX, open.triesLeft),
    expiresAt: open.expiresAt,
  };
}

/** Even without a second factor: then the password is asked for again (`finishPassword`). */
async function beginStepUp<Session>(flow: Flow<Session>, id: string, context: SignInContext): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const stored = await core.store.byId(core.tables(), id);
  if (stored === null || stored.person.status !== 'active') return refused('ended');
  const data = { purpose: 'step-up' as const, context, amr: [], seed: null, webAuthn: null };
  const challenge = await challenges.create(core.tables(), { person: id, stage: 'second-factor', data });
  return { kind: 'second-factor', challenge, methods: await flow.methodsOf(core.tables(), id) };
}

/** Beside the sign-in itself. */
export interface ByLetter {
  /** Waits for letters that are still being written. */
  settle(): Promise<void>;
}

/**
 * A new start is made on the host and ends on its admin listener: wrong links that strangers send to an application neither
 * open it nor, counted as guesses, end it.
 */
const invitesOf = ({ kind }: SignInContext): readonly InviteKind[] => (kind === 'admin' ? ['invite', 'recover'] : ['invite']);

/** The sign-in of people: each method is a file of its own. */
export function createSignIn<Session>({
  people,
  openSession,
  providers = { providers: new Map(), firstOwner: null },
  log = silentLog,
}: SignInParts<Session>): SignIn<Session> & ByLetter {
  const flow = createFlow(people.core, openSession);
  const letters = createLetters(flow, log);
  return {
    begin: async (attempt) => beginWithPassword(flow, attempt),
    beginPasskey: async (context, site) => beginWithPasskey(flow, context, site),
    beginStepUp: async (person, context) => beginStepUp(flow, person, context),
    beginEnrolment: async (person, context) => beginEnrolling(flow, person, context),
    view: async (challenge) => viewOf(flow, challenge),
    finishTotp: async (challenge, code) => finishWithTotp(flow, challenge, code),
    finishRecovery: async (challenge, code) => finishWithRecovery(flow, challenge, code),
    finishPassword: async (challenge, password) => finishWithPassword(flow, challenge, password),
    passkeyOptions: async (challenge, site) => offerPasskey(flow, challenge, site),
    finishPasskey: async (challenge, response, site) => finishWithPasskey(flow, challenge, { response, site }),
    enrolTotp: async (challenge, issuer) => offerTotp(flow, challenge, issuer),
    confirmTotp: async (challenge, code) => enrolWithTotp(flow, challenge, code),
    registerPasskey: async (challenge, site) => offerRegistration(flow, challenge, site),
    confirmPasskey: async (challenge, response, { name, ...site }) => enrolWithPasskey(flow, challenge, { response, site, name }),
    confirmSaved: async (challenge, code) => confirmCodes(flow, challenge, code),
    beginProvider: async (visit, context) => beginWithProvider(flow, providers, { visit, context }),
    finishProvider: async (token, answer) => finishWithProvider(flow, providers, { token, answer }),
    acceptInvite: async (token, password, context) => finishLink(flow, invitesOf(context), { token, password, context }),
    acceptWithoutPassword: async (token, context) => beginWithoutPassword(flow, invitesOf(context), { token, context }),
    acceptSetup: async (token, given, context) => finishSetup(flow, token, { given, context }),
    async requestReset(nameOrEmail, context) {
      letters.reset(nameOrEmail, context);
      return Promise.resolve();
    },
    finishReset: async (token, password, context) => finishLink(flow, ['reset'], { token, password, context }),
    async requestSignUp(email, context) {
      letters.signUp(email, context);
      return Promise.resolve();
    },
    settle: async () => letters.settle(),
  };
}
