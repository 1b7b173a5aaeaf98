import type { GatewaySession } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Person } from '../people/person.ts';
import type { ProviderLink } from '../providers/link-store.ts';
import type { NewSession, SessionListed } from '../sessions/session.ts';
import type {
  ChallengeView,
  Enrol,
  PasskeyOffer,
  PasswordAttempt,
  ProviderAnswer,
  ProviderOffer,
  ProviderStep,
  ProviderVisit,
  Refused,
  SignIn,
  Site,
  Step,
  TotpOffer,
} from '../sign-in/steps.ts';
import type { PagesParts } from './parts.ts';

/** For tests of pages: one person, whose right password is `right` and whose right code is `123456`. */
export const ADA: Person = {
  id: '01JADA00000000000000000000',
  name: 'ada',
  display: 'Ada <Lovelace>',
  email: 'ada@example.com',
  role: null,
  groups: [],
  status: 'active',
  mfaRequired: true,
  hasPassword: true,
  passwordIsShort: false,
  createdAt: 0,
  createdBy: 'test',
  lastSignedInAt: null,
  renewFactorsSince: null,
  stepUpAt: null,
};
export const CODES = ['AAAA-BBBB-CCCC-DDDD', 'EEEE-FFFF-GGGG-HHHH'];
const CHALLENGE = 'challenge-0123456789abcdef0123456789';
export const LINK = 'link-0123456789abcdef01234567';

const refused = (cause: Refused['cause'], retryAfterSeconds: number | null = null): Refused => ({
  kind: 'refused',
  cause,
  retryAfterSeconds,
});

const LISTED: SessionListed = {
  id: '01JSES00000000000000000000',
  person: ADA.id,
  kind: 'application',
  application: 'shop',
  createdAt: 0,
  lastSeenAt: 0,
  expiresAt: 1,
  idleMs: 1,
  acr: 'aal2',
  amr: ['pwd', 'otp'],
  authTime: 0,
  elevatedUntil: null,
  address: null,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
};

export const SESSION: GatewaySession = {
  hash: 'a'.repeat(64),
  id: LISTED.id,
  person: ADA.id,
  name: ADA.name,
  email: ADA.email,
  role: null,
  groups: [],
  acr: 'aal2',
  amr: ['pwd', 'otp'],
  authTime: 0,
  expiresAt: 1,
  idleMs: 1,
};

const OPENED: NewSession = { token: 'session-token-0123456789', session: LISTED, displaced: 0 };
const OFFER = { kind: 'passkey-offer', challenge: CHALLENGE, options: { challenge: 'AAAA', note: '"<' } } as const;

/** The steps of a sign-in with one challenge. */
class TestSignIn implements SignIn<NewSession> {
  readonly #state: TestState;

  constructor(state: TestState) {
    this.#state = state;
  }

  #stage(stage: ChallengeView['stage'], purpose: ChallengeView['purpose'] = 'sign-in'): void {
    const methods = ['totp', 'passkey', 'recovery'] as const;
    this.#state.view = { stage, purpose, methods, isPasskeyOnly: false, name: ADA.name, triesLeft: 5, expiresAt: 1 };
  }

  #signedIn(renewFactors: boolean): Step<NewSession> {
    this.#state.view = null;
    const session = { ...OPENED, session: { ...LISTED, amr: renewFactors ? ['pwd', 'recovery'] : ['pwd', 'otp'] } };
    return { kind: 'signed-in', person: ADA, session, deviceToken: 'device-token-0123456789', renewFactors };
  }

  #afterPassword(): Step<NewSession> {
    const { hasFactor } = this.#state;
    this.#stage(hasFactor ? 'second-factor' : 'enrol');
    if (!hasFactor) return { kind: 'enrol', challenge: CHALLENGE };
    return { kind: 'second-factor', challenge: CHALLENGE, methods: ['totp', 'passkey', 'recovery'] };
  }

  #finish(isRight: boolean, renewFactors = false): Step<NewSession> {
    const { view } = this.#state;
    if (view === null) return refused('ended');
    if (isRight) {
      if (view.purpose === 'sign-in') return this.#signedIn(renewFactors);
      return { kind: 'confirmed', purpose: view.purpose, person: ADA, acr: 'aal2', amr: ['otp'] };
    }
    this.#state.view = view.triesLeft === 1 ? null : { ...view, triesLeft: view.triesLeft - 1 };
    return refused(this.#state.view === null ? 'ended' : 'code');
  }

  #enrolled(): Step<NewSession> {
    if (this.#state.view?.purpose !== 'sign-in') return this.#finish(true);
    this.#stage('save-codes');
    return { kind: 'recovery-codes', challenge: CHALLENGE, codes: CODES };
  }

  #link(token: string, password: string | null): Step<NewSession> {
    if (token !== LINK) return refused('link');
    if (password !== 'password') return this.#afterPassword();
    throw new Refusal('password-unacceptable', { errors: [{ pointer: '/password', detail: 'it is <common>' }] });
  }

  async begin({ name, password, ...context }: PasswordAttempt): Promise<Step<NewSession>> {
    this.#state.calls.push(['begin', name, context]);
    if (name === 'locked') return refused('locked', 120);
    return name === ADA.name && password === 'right' ? this.#afterPassword() : refused('credentials');
  }

  async beginPasskey(): Promise<PasskeyOffer> {
    this.#stage('passkey');
    return OFFER;
  }

  async beginStepUp(person: string): Promise<Step<NewSession>> {
    this.#state.calls.push(['beginStepUp', person]);
    this.#stage('second-factor', 'step-up');
    return { kind: 'second-factor', challenge: CHALLENGE, methods: ['totp'] };
  }

  async beginEnrolment(person: string): Promise<Enrol> {
    this.#state.calls.push(['beginEnrolment', person]);
    this.#stage('enrol', 'enrolment');
    return { kind: 'enrol', challenge: CHALLENGE };
  }

  async view(challenge: string): Promise<ChallengeView | null> {
    return challenge === CHALLENGE ? this.#state.view : null;
  }

  async finishTotp(_challenge: string, code: string): Promise<Step<NewSession>> {
    return this.#finish(code === '123456');
  }

  async finishRecovery(_challenge: string, code: string): Promise<Step<NewSession>> {
    return this.#finish(code === CODES[0], true);
  }

  async finishPassword(_challenge: string, password: string): Promise<Step<NewSession>> {
    return this.#finish(password === 'right');
  }

  async passkeyOptions(): Promise<PasskeyOffer> {
    return OFFER;
  }

  async finishPasskey(_challenge: string, response: unknown, site: Site): Promise<Step<NewSession>> {
    this.#state.calls.push(['finishPasskey', response, site]);
    return this.#finish(response !== null);
  }

  async enrolTotp(_challenge: string, issuer: string): Promise<TotpOffer> {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const uri = `otpauth://totp/${encodeURIComponent(issuer)}:ada?secret=${secret}`;
    return { kind: 'totp-offer', challenge: CHALLENGE, secret, uri };
  }

  async confirmTotp(_challenge: string, code: string): Promise<Step<NewSession>> {
    return code === '123456' ? this.#enrolled() : refused('code');
  }

  async registerPasskey(): Promise<PasskeyOffer> {
    return OFFER;
  }

  async confirmPasskey(_challenge: string, response: unknown, passkey: object): Promise<Step<NewSession>> {
    this.#state.calls.push(['confirmPasskey', response, passkey]);
    return response === null ? refused('code') : this.#enrolled();
  }

  async confirmSaved(_challenge: string, code: string): Promise<Step<NewSession>> {
    return CODES.includes(code) ? this.#signedIn(false) : refused('code');
  }

  async beginProvider(visit: ProviderVisit): Promise<ProviderOffer | Refused> {
    this.#state.calls.push(['beginProvider', visit]);
    if (visit.provider === 'away') return refused('away', 30);
    this.#stage('provider', visit.purpose);
    return { kind: 'provider-offer', challenge: CHALLENGE, url: 'https://id.example/authorize?a=1&b=2' };
  }

  async finishProvider(challenge: string | null, answer: ProviderAnswer): Promise<ProviderStep<NewSession>> {
    this.#state.calls.push(['finishProvider', challenge, answer]);
    const { query } = answer;
    if (challenge === null) return { step: refused('ended'), next: null };
    if (query.includes('error')) return { step: refused('unconnected'), next: '/orders?id=1' };
    return { step: this.#finish(true), next: '/orders?id=1' };
  }

  async acceptInvite(token: string, password: string): Promise<Step<NewSession>> {
    return this.#link(token, password);
  }

  async acceptWithoutPassword(token: string): Promise<Enrol | Refused> {
    if (token !== LINK) return refused('link');
    this.#stage('enrol');
    return { kind: 'enrol', challenge: CHALLENGE };
  }

  async acceptSetup(token: string, { password }: { readonly password: string | null }): Promise<Step<NewSession>> {
    return this.#link(token, password);
  }

  async requestReset(name: string, context: { readonly linkBase: string }): Promise<void> {
    this.#state.calls.push(['requestReset', name, context.linkBase]);
  }

  async requestSignUp(email: string, context: { readonly linkBase: string }): Promise<void> {
    this.#state.calls.push(['requestSignUp', email, context.linkBase]);
  }

  async finishReset(token: string, password: string): Promise<Step<NewSession>> {
    return this.#link(token, password);
  }
}

interface TestState {
  /** What was asked for, in order. */
  readonly calls: (readonly unknown[])[];
  view: ChallengeView | null;
  hasFactor: boolean;
  isElevated: boolean;
  needsMfa: boolean;
  others: readonly SessionListed[];
  links: readonly ProviderLink[];
}

export interface TestParts extends PagesParts {
  readonly state: TestState;
}

export function createTestParts(): TestParts {
  const state: TestState = { calls: [], view: null, hasFactor: true, isElevated: false, needsMfa: true, others: [], links: [] };
  const note = (...call: readonly unknown[]): void => void state.calls.push(call);
  return {
    state,
    providers: [
      { id: 'corp', name: 'Corp <ID>' },
      { id: 'away', name: 'Away' },
    ],
    signIn: new TestSignIn(state),
    sessions: {
      list: async () => [LISTED, ...state.others],
      end: async (...call) => (note('end', ...call), true),
      endOne: async (...call) => (note('endOne', ...call), true),
      endOthers: async (...call) => (note('endOthers', ...call), 1),
      async elevate(...call) {
        note('elevate', ...call);
        state.isElevated = true;
        return OPENED;
      },
      isElevated: async () => state.isElevated,
    },
    people: {
      find: async () => ADA,
      factors: async () => ({ totp: true, passkeys: [], recoveryCodesLeft: 9 }),
      async setPassword(id, { password }) {
        if (password === 'password') throw new Refusal('password-unacceptable');
        note('setPassword', id);
        return ADA;
      },
      newRecoveryCodes: async () => CODES,
      async removeTotp(id) {
        note('removeTotp', id);
        throw new Refusal('last-factor');
      },
      removePasskey: async (id, passkey) => note('removePasskey', id, passkey),
      links: async () => state.links,
      disconnect: async (id, provider) => note('disconnect', id, provider),
    },
    brand: async (application) => {
      const name = application === null ? 'Holdfast' : 'Shop <&> "Co"';
      return application === 'gone'
        ? null
        : { name, needsMfa: state.needsMfa, signUp: true, hosts: ['shop.example', '*.shops.example'] };
    },
    random: (bytes) => new Uint8Array(bytes).fill(7),
  };
}
