import type { Person } from '../people/person.ts';

/** Where a sign-in comes from and what it is for. Kept with the challenge, so that later steps need the challenge alone. */
export interface SignInContext {
  readonly kind: 'application' | 'admin';
  /** Null = Holdfast itself. */
  readonly application: string | null;
  /** The application asks for two factors. A role, a person's own setting and a short password ask for them too. */
  readonly needsMfa: boolean;
  readonly address: string;
  readonly userAgent: string;
  /** The cookie of a device that signed in before. */
  readonly deviceToken: string | null;
}

export interface PasswordAttempt extends SignInContext {
  readonly name: string;
  readonly password: string;
}

/** The site that a passkey belongs to: `rpId` is the host without port, `origin` what the browser's address bar says. */
export interface Site {
  readonly rpId: string;
  readonly origin: string;
}

export type Method = 'totp' | 'passkey' | 'recovery';

/** What `openSession` is asked for; equal to what `sessions.open` takes. */
export interface SessionRequest {
  readonly person: string;
  readonly kind: 'application' | 'admin';
  readonly application: string | null;
  readonly acr: 'aal1' | 'aal2';
  /** RFC 8176: `pwd`, `otp`, `hwk`, `user`, `mfa`; `recovery` is our own word. */
  readonly amr: readonly string[];
  /** SHA-256 of the device token, hex. */
  readonly device: string;
  readonly address: string;
  readonly userAgent: string;
}

export interface Refused {
  readonly kind: 'refused';
  /**
   * credentials = name or password wrong (nobody learns which), code = wrong or used code, try again;
   * ended = the challenge is over, begin anew; locked = later, after `retryAfterSeconds`; link = the link cannot be used;
   * away = the provider did not answer well; denied = it, or the person there, said no; unconnected = its account is nobody's here.
   */
  readonly cause: 'credentials' | 'code' | 'ended' | 'locked' | 'link' | 'away' | 'denied' | 'unconnected';
  readonly retryAfterSeconds: number | null;
}

export interface SecondFactor {
  readonly kind: 'second-factor';
  readonly challenge: string;
  readonly methods: readonly Method[];
}

/** The person has no second factor and needs one: only enrolment goes on from here. */
export interface Enrol {
  readonly kind: 'enrol';
  readonly challenge: string;
}

/** A factor was enrolled. The codes are shown once; typing one back (`confirmSaved`) goes on. */
export interface RecoveryCodes {
  readonly kind: 'recovery-codes';
  readonly challenge: string;
  readonly codes: readonly string[];
}

export interface SignedIn<Session> {
  readonly kind: 'signed-in';
  readonly person: Person;
  readonly session: Session;
  /** For the device cookie. */
  readonly deviceToken: string;
  /** A recovery code was used: the next page should offer to enrol a new factor. */
  readonly renewFactors: boolean;
}

/** A step-up, or an enrolment by somebody who is signed in already, was completed: no session is opened. */
export interface Confirmed {
  readonly kind: 'confirmed';
  readonly purpose: 'step-up' | 'enrolment';
  readonly person: Person;
  readonly acr: 'aal1' | 'aal2';
  readonly amr: readonly string[];
}

export type Step<Session> = Refused | SecondFactor | Enrol | RecoveryCodes | SignedIn<Session> | Confirmed;

export interface TotpOffer {
  readonly kind: 'totp-offer';
  readonly challenge: string;
  /** Base32, for typing. */
  readonly secret: string;
  /** `otpauth://`, for a QR code. */
  readonly uri: string;
}

/** Options for `navigator.credentials.get` or `.create`, as JSON. */
export interface PasskeyOffer {
  readonly kind: 'passkey-offer';
  readonly challenge: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Where the browser goes to sign in at a provider. */
export interface ProviderOffer {
  readonly kind: 'provider-offer';
  readonly challenge: string;
  readonly url: string;
}

export interface ProviderVisit {
  readonly provider: string;
  /** Where the provider leads back to; it knows the address and accepts no other. */
  readonly redirectUri: string;
  readonly next: string | null;
  /** `sign-in` is anybody, also with an invitation; the others are for the person who is signed in. */
  readonly purpose: ChallengeView['purpose'];
  readonly person: string | null;
  readonly invite: string | null;
}

export interface ProviderAnswer {
  readonly provider: string;
  readonly redirectUri: string;
  /** As the browser brought it. */
  readonly query: string;
  /** Who is signed in here. */
  readonly person: string | null;
  readonly context: SignInContext;
}

export interface ProviderStep<Session> {
  readonly step: Step<Session>;
  readonly next: string | null;
}

/** What the first owner chooses. */
export interface SetupGiven {
  readonly name: string;
  /** Null = a passkey takes its place. */
  readonly password: string | null;
}

/** What a page may know of a challenge. */
export interface ChallengeView {
  readonly stage: 'second-factor' | 'enrol' | 'save-codes' | 'passkey' | 'provider';
  readonly purpose: 'sign-in' | 'step-up' | 'enrolment';
  readonly methods: readonly Method[];
  /** There is no password: only a passkey can be enrolled. */
  readonly isPasskeyOnly: boolean;
  readonly name: string | null;
  readonly triesLeft: number;
  readonly expiresAt: number;
}

/**
 * A sign-in as steps on a challenge. No session before every factor that the person or the application needs. A challenge is
 * 256 random bits, lives ten minutes, dies at the fifth wrong code, and only its SHA-256 is stored.
 */
export interface SignIn<Session> {
  begin(attempt: PasswordAttempt): Promise<Step<Session>>;
  /** Without a name: the passkey says who it is. */
  beginPasskey(context: SignInContext, site: Site): Promise<PasskeyOffer>;
  /** Confirms once more who sits there; ends in `confirmed`, after which the caller elevates the session. */
  beginStepUp(person: string, context: SignInContext): Promise<Step<Session>>;
  /** Enrolment by somebody signed in and stepped up; ends in `confirmed`. */
  beginEnrolment(person: string, context: SignInContext): Promise<Enrol | Refused>;
  /** Null = over. */
  view(challenge: string): Promise<ChallengeView | null>;

  finishTotp(challenge: string, code: string): Promise<Step<Session>>;
  finishRecovery(challenge: string, code: string): Promise<Step<Session>>;
  /** The password again, for a step-up of a person without a second factor. */
  finishPassword(challenge: string, password: string): Promise<Step<Session>>;
  passkeyOptions(challenge: string, site: Site): Promise<PasskeyOffer | Refused>;
  finishPasskey(challenge: string, response: unknown, site: Site): Promise<Step<Session>>;

  enrolTotp(challenge: string, issuer: string): Promise<TotpOffer | Refused>;
  confirmTotp(challenge: string, code: string): Promise<Step<Session>>;
  registerPasskey(challenge: string, site: Site): Promise<PasskeyOffer | Refused>;
  confirmPasskey(challenge: string, response: unknown, passkey: Site & { readonly name: string }): Promise<Step<Session>>;
  /** One of the recovery codes typed back. It stays usable. */
  confirmSaved(challenge: string, code: string): Promise<Step<Session>>;

  /** Another way to sign in, or to confirm it, or one more account of somebody signed in and stepped up. */
  beginProvider(visit: ProviderVisit, context: SignInContext): Promise<ProviderOffer | Refused>;
  finishProvider(challenge: string | null, answer: ProviderAnswer): Promise<ProviderStep<Session>>;

  /** Sets the first password and goes on to enrolment or in. An unacceptable password throws `password-unacceptable`. */
  acceptInvite(token: string, password: string, context: SignInContext): Promise<Step<Session>>;
  /** Goes on to the enrolment of a passkey, which uses the invitation up. */
  acceptWithoutPassword(token: string, context: SignInContext): Promise<Enrol | Refused>;
  /** The first owner, by the link of the setup; throws `input-invalid`, `conflict` or `password-unacceptable` for what was chosen. */
  acceptSetup(token: string, given: SetupGiven, context: SignInContext): Promise<Step<Session>>;
  /** Always takes the same time and says nothing: whoever owns the address gets a letter. */
  requestReset(nameOrEmail: string, context: SignInContext & { readonly linkBase: string }): Promise<void>;
  /** Where an application lets anybody sign up. The answer is the same for a new address and a taken one. */
  requestSignUp(email: string, context: SignInContext & { readonly linkBase: string }): Promise<void>;
  /** Sets the password, ends all sessions, and goes on to the second factor: a letter alone opens nothing. */
  finishReset(token: string, password: string, context: SignInContext): Promise<Step<Session>>;
}
