import type { GatewayAccount, GatewaySession, IdentityKey } from '@holdfast/contract';
import { importJWK, SignJWT } from 'jose';

/** The application checks it on arrival; longer than its way there it need not live. */
const ASSERTION_SECONDS = 60;
/** One assertion serves the requests of a session for this long, so that enough of its life is left for a slow way. */
const REUSE_MS = 20_000;

export const ASSERTION_HEADER = 'x-holdfast-jwt-assertion';

/** Whom an assertion is made for. */
export interface Addressee {
  readonly application: string;
  /** `https://host:port` as the visitor sees it. */
  readonly origin: string;
}

interface Made extends Addressee {
  readonly kid: string;
  readonly token: string;
  readonly madeAt: number;
}

interface Using {
  readonly key: IdentityKey;
  readonly now: number;
}

/** Time that went backwards makes a new one too. */
function isFit(made: Made, to: Addressee, { key, now }: Using): boolean {
  const ageMs = now - made.madeAt;
  return (
    made.kid === key.kid && made.origin === to.origin && made.application === to.application && ageMs >= 0 && ageMs < REUSE_MS
  );
}

/** The newest key that has begun; null = none. */
export function signingKey(keys: readonly IdentityKey[], now: number): IdentityKey | null {
  let newest: IdentityKey | null = null;
  for (const key of keys) if (key.notBefore <= now && (newest === null || key.notBefore > newest.notBefore)) newest = key;
  return newest;
}

/** Who asks: a person in a session, or a program with a token. */
type Asking = GatewaySession | GatewayAccount;

/** A program has proved nothing but that it holds its token: no `acr`, and no time of a sign-in. */
function claimsOf(who: Asking): { readonly subject: string; readonly claims: Record<string, unknown> } {
  if ('token' in who) {
    const { id, name, token } = who;
    return {
      subject: id,
      claims: { name, email: null, groups: [], role: null, sid: token, acr: null, amr: [], kind: 'service-account' },
    };
  }
  const { person, id: sid, name, email, groups, role, acr, amr, authTime } = who;
  return { subject: person, claims: { name, email, groups, role, sid, acr, amr, auth_time: Math.floor(authTime / 1000) } };
}

/** Signs who asks, for the application (RFC 7519, ES256 of RFC 7518 §3.4). Kept no longer than what is known of the session. */
export class IdentityAssertions {
  readonly #made = new WeakMap<Asking, Made>();
  readonly #keys = new WeakMap<IdentityKey, ReturnType<typeof importJWK>>();

  /** Synchronous while the last one can be used again. */
  sign(who: Asking, to: Addressee, using: Using): string | Promise<string> {
    const made = this.#made.get(who);
    return made !== undefined && isFit(made, to, using) ? made.token : this.#make(who, to, using);
  }

  async #make(who: Asking, { application, origin }: Addressee, { key, now }: Using): Promise<string> {
    const imported = this.#keys.get(key) ?? importJWK(key.privateJwk, 'ES256');
    this.#keys.set(key, imported);
    const { subject, claims } = claimsOf(who);
    const issuedAt = Math.floor(now / 1000);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: key.kid })
      .setIssuer(origin)
      .setAudience(application)
      .setSubject(subject)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_SECONDS)
      .sign(await imported);
    this.#made.set(who, { application, origin, kid: key.kid, token, madeAt: now });
    return token;
  }
}
