import type * as openid from 'openid-client';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { boundedFetch, REQUEST_MS } from './bounded-fetch.ts';
import type { ProviderSettings } from './settings.ts';

/** What a provider says of itself is read again after this long. */
const FRESH_MS = 3_600_000;
/** A provider that was away is not asked again at once: each try makes somebody wait. */
const AWAY_MS = 5000;
const CLOCK_TOLERANCE_SECONDS = 30;

export interface OidcParts {
  readonly settings: ProviderSettings;
  readonly secret: string | null;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Discovery {
  /** Throws what the provider did not answer well. */
  read(): Promise<openid.Configuration>;
}

type Library = typeof openid;

/** RFC 8414 §2: without a word of the provider it takes the secret in the header. */
function authentication(
  { settings, secret }: OidcParts,
  library: Library,
  supported: readonly string[] | undefined,
): openid.ClientAuth {
  if (secret === null) return library.None();
  const takesBasic = supported === undefined || supported.includes('client_secret_basic');
  const way = settings.clientAuthentication ?? (takesBasic ? 'basic' : 'post');
  return way === 'basic' ? library.ClientSecretBasic(secret) : library.ClientSecretPost(secret);
}

async function discover(parts: OidcParts): Promise<openid.Configuration> {
  // Loaded with the first sign-in of this kind.
  const library = await import('openid-client');
  const { settings, secret } = parts;
  const issuer = new URL(settings.issuer);
  const fetch = boundedFetch(issuer);
  const isPlain = issuer.protocol === 'http:';
  const found = await library.discovery(issuer, settings.clientId, undefined, library.None(), {
    [library.customFetch]: fetch,
    timeout: REQUEST_MS / 1000,
    // The schema admits such an issuer on this machine only.
    execute: isPlain ? [library.allowInsecureRequests] : [],
  });
  const server = found.serverMetadata();
  const metadata = { [library.clockTolerance]: CLOCK_TOLERANCE_SECONDS, ...(secret === null ? {} : { client_secret: secret }) };
  const auth = authentication(parts, library, server.token_endpoint_auth_methods_supported);
  const config = new library.Configuration(server, settings.clientId, metadata, auth);
  config[library.customFetch] = fetch;
  config.timeout = REQUEST_MS / 1000;
  if (isPlain) library.allowInsecureRequests(config);
  // OpenID Connect Core §3.1.3.7 lets TLS stand in for the signature of an ID token; a proxy in between would see to that.
  library.enableNonRepudiationChecks(config);
  return config;
}

/** Read with the first use, then kept; one request at a time, and a failed one is remembered for seconds. */
export function createDiscovery(parts: OidcParts): Discovery {
  const { clock } = parts;
  let held: { readonly config: openid.Configuration; readonly at: number } | null = null;
  let failed: { readonly error: unknown; readonly at: number } | null = null;
  let running: Promise<openid.Configuration> | null = null;

  const refresh = async (): Promise<openid.Configuration> => {
    try {
      const config = await discover(parts);
      held = { config, at: clock.monotonicMs() };
      failed = null;
      return config;
    } catch (error) {
      failed = { error, at: clock.monotonicMs() };
      // What it said an hour ago is still likely true, and its answers are checked as before.
      if (held !== null) return held.config;
      throw error;
    } finally {
      running = null;
    }
  };
  return {
    async read() {
      const now = clock.monotonicMs();
      if (held !== null && now - held.at < FRESH_MS) return held.config;
      if (failed !== null && now - failed.at < AWAY_MS) {
        if (held !== null) return held.config;
        throw failed.error;
      }
      running ??= refresh();
      return running;
    },
  };
}
