import { constants, randomBytes } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions, Server, TlsOptions } from 'node:tls';
import type { PairPem } from './pair.ts';

// Authenticated encryption with forward secrecy only (RFC 9325 §4.2); the first three belong to TLS 1.3.
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

const CLASSIC_GROUPS = 'X25519:P-256:P-384';
const HYBRID_GROUPS = `X25519MLKEM768:${CLASSIC_GROUPS}`;

export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** RFC 8446 §4.6.1 allows a week; a ticket here never outlives two key rotations. */
export const SESSION_LIFETIME_SECONDS = 43_200;
export const TICKET_KEYS_BYTES = 48;
export const TICKET_ROTATION_MS = 12 * 3_600_000;
const SESSION_ID_CONTEXT_BYTES_MAX = 32;

const isSupported = (groups: string): boolean => {
  try {
    createSecureContext({ ecdhCurve: groups });
    return true;
  } catch {
    return false;
  }
};
let groups: string | undefined;

/** Post-quantum hybrid first where the OpenSSL in this Node has it: recorded traffic stays closed to later computers. */
export function keyExchangeGroups(): string {
  groups ??= isSupported(HYBRID_GROUPS) ? HYBRID_GROUPS : CLASSIC_GROUPS;
  return groups;
}

/** What every context of ours shares: TLS 1.2 and 1.3, AEAD with forward secrecy, no renegotiation, no compression. */
export function hardenedContextOptions(): SecureContextOptions {
  return {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    ecdhCurve: keyExchangeGroups(),
    sessionTimeout: SESSION_LIFETIME_SECONDS,
    // Client-initiated renegotiation costs the server far more than the client (RFC 9325 §3.5): refused, not only limited.
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION | constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
  };
}

/** What a listener needs of the certificate store. */
export interface CertificateSupply {
  secureContextFor(serverName: string | undefined): SecureContext | undefined;
  pairs(): readonly PairPem[];
  onChange(listener: () => void): () => void;
}

export interface TlsServerParts {
  readonly store: CertificateSupply;
  /** Separates the sessions of our listeners: a ticket of one is worth nothing at another. */
  readonly listenerName: string;
  readonly ticketKeys?: Uint8Array;
}

/** Options for `tls`, `https` and `http2` servers. Call `followStore` on the server, so that the default follows swaps. */
export function tlsServerOptions(parts: TlsServerParts): TlsOptions {
  return {
    ...defaultContextOptions(parts),
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    SNICallback: (serverName, answer) => {
      const context = parts.store.secureContextFor(serverName);
      // Node falls back to the default context on an absent answer: refusing takes an error.
      if (context === undefined) answer(new Error('no certificate for this name'));
      else answer(null, context);
    },
  };
}

function defaultContextOptions(parts: TlsServerParts): TlsOptions {
  const pair = parts.store.pairs()[0];
  const sessionIdContext = parts.listenerName;
  if (Buffer.byteLength(sessionIdContext) > SESSION_ID_CONTEXT_BYTES_MAX) throw new Error('assertion: listener name too long');
  return {
    ...hardenedContextOptions(),
    sessionIdContext,
    ...(pair === undefined ? {} : { cert: pair.certPem, key: pair.keyPem }),
    ...(parts.ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(parts.ticketKeys) }),
  };
}

/**
 * Keeps the server's default context (clients without SNI never reach the SNI callback) equal to the store's first pair.
 * Open connections are untouched. Returns the way to stop.
 */
export function followStore(server: Server, parts: TlsServerParts): () => void {
  return parts.store.onChange(() => {
    if (parts.store.pairs().length === 0) return;
    // A new context makes new ticket keys of its own; carrying ours over keeps sessions resumable across a swap.
    const ticketKeys = server.getTicketKeys();
    server.setSecureContext(defaultContextOptions(parts));
    server.setTicketKeys(ticketKeys);
  });
}

export interface TicketRotation extends Disposable {
  rotateNow(): void;
}

export interface TicketRotationOptions {
  readonly servers: readonly Server[];
  readonly everyMs?: number;
  /** Hands the new keys on, e.g. into the snapshot that other workers read. */
  readonly onRotate?: (keys: Uint8Array) => void;
}

/** New ticket keys at once and then every 12 hours: a stolen key opens at most that much traffic (RFC 8446 §2.2, TLS 1.2 tickets). */
export function rotateTicketKeys(options: TicketRotationOptions): TicketRotation {
  const rotateNow = (): void => {
    const keys = randomBytes(TICKET_KEYS_BYTES);
    for (const server of options.servers) server.setTicketKeys(keys);
    options.onRotate?.(keys);
  };
  rotateNow();
  const timer = setInterval(rotateNow, options.everyMs ?? TICKET_ROTATION_MS).unref();
  return { rotateNow, [Symbol.dispose]: () => clearInterval(timer) };
}
