/**
 * away = no answer, or none of use: later. denied = the person or the provider said no. untrusted = an answer that does not fit
 * what was asked: forged, replayed, meant for somebody else, or a provider that is set up wrongly.
 */
export interface OidcFault {
  readonly kind: 'fault';
  readonly cause: 'away' | 'denied' | 'untrusted';
  /** For the log of the operator. */
  readonly code?: string;
}

/** Of `openid-client`: no answer in time, or one that is no answer of a provider. */
const AWAY: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);
const CODE_CHARS_MAX = 64;

export function faultOf(error: unknown): OidcFault {
  if (!(error instanceof Error)) return { kind: 'fault', cause: 'away' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code.slice(0, CODE_CHARS_MAX) : error.name;
  // `fetch` says so of everything between here and there.
  const isNetwork = error instanceof TypeError || error.name === 'TimeoutError' || error.name === 'AbortError';
  if (isNetwork || AWAY.has(code)) return { kind: 'fault', cause: 'away', code };
  return { kind: 'fault', cause: code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR' ? 'denied' : 'untrusted', code };
}
