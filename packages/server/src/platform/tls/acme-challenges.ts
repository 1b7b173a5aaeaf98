import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { AlpnSource } from './alpn-gate.ts';
import { DAY_MS } from './expiry.ts';
import { issueChallenge } from './issue.ts';
import type { PairPem } from './pair.ts';
import { normaliseServerName } from './server-name.ts';
import { hardenedContextOptions } from './tls-options.ts';

export const PENDING_CHALLENGES_MAX = 100;
const TOKEN = /^[A-Za-z0-9_-]{1,256}$/;
const KEY_AUTHORIZATION_CHARS_MAX = 512;

export interface HttpAnswer {
  readonly token: string;
  readonly keyAuthorization: string;
}

export interface AlpnAnswer extends PairPem {
  readonly names: readonly string[];
}

/** The answers that are due right now, for the listeners of this process and for snapshots of others. */
export interface ChallengeBook extends AlpnSource {
  /** The body for `GET /.well-known/acme-challenge/<token>` (RFC 8555 §8.3); undefined means 404. */
  readonly challengeFor: (token: string) => string | undefined;
  readonly httpAnswers: () => readonly HttpAnswer[];
  readonly alpnAnswers: () => readonly AlpnAnswer[];
  addHttp(answer: HttpAnswer): boolean;
  addAlpn(request: { readonly name: string; readonly keyAuthorization: string; readonly nowMs: number }): Promise<boolean>;
  removeHttp(token: string): void;
  removeAlpn(name: string): void;
}

interface AlpnEntry {
  readonly answer: AlpnAnswer;
  readonly context: SecureContext;
}

export function createChallengeBook(): ChallengeBook {
  const tokens = new Map<string, string>();
  const certificates = new Map<string, AlpnEntry>();
  return {
    challengeFor: (token) => (TOKEN.test(token) ? tokens.get(token) : undefined),
    hasPending: () => certificates.size > 0,
    alpnContextFor: (serverName) => certificates.get(normaliseServerName(serverName) ?? '')?.context,
    httpAnswers: () => [...tokens].map(([token, keyAuthorization]) => ({ token, keyAuthorization })),
    alpnAnswers: () => [...certificates.values()].map((entry) => entry.answer),
    addHttp({ token, keyAuthorization }) {
      // The token comes from the CA and is echoed on plain HTTP: anything but base64url is refused (RFC 8555 §8.3, §11.4).
      const fits = TOKEN.test(token) && keyAuthorization.length <= KEY_AUTHORIZATION_CHARS_MAX;
      if (!fits || tokens.size >= PENDING_CHALLENGES_MAX) return false;
      tokens.set(token, keyAuthorization);
      return true;
    },
    async addAlpn({ name, keyAuthorization, nowMs }) {
      if (certificates.size >= PENDING_CHALLENGES_MAX || !TOKEN.test(keyAuthorization.split('.')[0] ?? '')) return false;
      const pair = await issueChallenge({ name, keyAuthorization, notBeforeMs: nowMs - DAY_MS, notAfterMs: nowMs + DAY_MS });
      const context = createSecureContext({ ...hardenedContextOptions(), cert: pair.certPem, key: pair.keyPem });
      certificates.set(name, { answer: { names: [name], ...pair }, context });
      return true;
    },
    removeHttp: (token) => void tokens.delete(token),
    removeAlpn: (name) => void certificates.delete(name),
  };
}
