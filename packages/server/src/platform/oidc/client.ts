import type { Configuration } from 'openid-client';
import { readClaims, type ProviderClaims } from './claims.ts';
import { createDiscovery, type OidcParts } from './discovery.ts';
import { faultOf, type OidcFault } from './fault.ts';
import type { ProviderSettings } from './settings.ts';

/** A page waits for us, and gives up after ten seconds. */
const DEADLINE_MS = 8000;
/** Waiting for a provider that is slow must not use up what other pages are answered with. */
const WAITING_MAX = 32;

/** Kept by whoever began, in a place that no browser reads: what the answer must fit. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly verifier: string;
  readonly redirectUri: string;
  /** The provider must ask again who sits there. */
  readonly isFresh: boolean;
}

export interface BeginGiven extends Pick<Pending, 'redirectUri' | 'isFresh'> {
  /** Two factors will be asked for: the provider may as well do it. */
  readonly wantsAal2: boolean;
}

export type Began = { readonly kind: 'began'; readonly url: string; readonly pending: Pending } | OidcFault;
export type Finished = { readonly kind: 'claims'; readonly claims: ProviderClaims } | OidcFault;

/** Code flow with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 9700). Never throws for what a provider does. */
export interface OidcClient {
  begin(given: BeginGiven): Promise<Began>;
  /** `query` as the browser brought it back. */
  finish(query: string, pending: Pending): Promise<Finished>;
}

/** Loaded with the first sign-in of this kind. */
const library = async () => import('openid-client');

function deadline(): { readonly over: Promise<OidcFault>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<OidcFault>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'fault', cause: 'away' }), DEADLINE_MS);
  });
  return { over, stop: () => clearTimeout(timer) };
}

export function createOidcClient(parts: OidcParts): OidcClient {
  const { settings, log } = parts;
  const discovery = createDiscovery(parts);
  let waiting = 0;

  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result | OidcFault> => {
    if (waiting >= WAITING_MAX) return { kind: 'fault', cause: 'away' };
    waiting += 1;
    const { over, stop } = deadline();
    const running = work()
      .catch((error: unknown): OidcFault => {
        const fault = faultOf(error);
        // Only the code: a provider's words can hold what it knows of a person.
        log.warn({ provider: settings.id, cause: fault.cause, code: fault.code }, 'a provider of sign-in did not answer well');
        return fault;
      })
      .finally(() => (waiting -= 1));
    try {
      return await Promise.race([running, over]);
    } finally {
      stop();
    }
  };

  return {
    begin: async (given) => guarded(async () => begin(settings, await discovery.read(), given)),
    finish: async (query, pending) => guarded(async () => finish(settings, await discovery.read(), { query, pending })),
  };
}

async function begin(settings: ProviderSettings, config: Configuration, given: BeginGiven): Promise<Began> {
  const { randomState, randomNonce, randomPKCECodeVerifier, calculatePKCECodeChallenge, buildAuthorizationUrl } = await library();
  const { redirectUri, isFresh, wantsAal2 } = given;
  const pending = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), redirectUri, isFresh };
  const asked = settings.aal2.acr.length > 0 && wantsAal2 ? { acr_values: settings.aal2.acr.join(' ') } : {};
  const { href } = buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: settings.scopes.join(' '),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
    ...asked,
  });
  return { kind: 'began', url: href, pending };
}

async function finish(
  settings: ProviderSettings,
  config: Configuration,
  { query, pending }: { readonly query: string; readonly pending: Pending },
): Promise<Finished> {
  const { authorizationCodeGrant, fetchUserInfo } = await library();
  const { redirectUri, state, nonce, verifier, isFresh } = pending;
  const tokens = await authorizationCodeGrant(config, new URL(`${redirectUri}?${query}`), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
    ...(isFresh ? { maxAge: 0 } : {}),
  });
  const idToken = tokens.claims();
  if (idToken === undefined) throw new Error('assertion: the library was told to expect an ID token');
  const hasMore = config.serverMetadata().userinfo_endpoint !== undefined && settings.scopes.length > 1;
  const info = hasMore ? await fetchUserInfo(config, tokens.access_token, idToken.sub) : {};
  return { kind: 'claims', claims: readClaims(idToken, info, settings) };
}
