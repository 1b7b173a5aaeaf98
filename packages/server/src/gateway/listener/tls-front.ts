import { createSecureContext, createServer } from 'node:tls';
import type { SecureContext, Server, TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { Snapshot } from '@holdfast/contract';
import { HANDSHAKE_TIMEOUT_MS, hardenedContextOptions } from '../../platform/tls/tls-options.ts';
import type { GatewayLog } from '../log.ts';

type Certificate = Snapshot['certificates'][number];

/** RFC 8737 §6.2. */
export const ACME_ALPN = 'acme-tls/1';
const SESSION_CONTEXT = 'holdfast-gateway';
const TICKET_KEYS_BYTES = 48;

export interface TlsFront {
  accept(socket: Socket): void;
  /** For connections that ask for `acme-tls/1`: they get the challenge certificate and are closed. */
  acceptChallenge(socket: Socket): void;
  readonly answersChallenges: boolean;
  follow(snapshot: Snapshot): void;
}

interface ContextTable {
  readonly byName: ReadonlyMap<string, SecureContext>;
  readonly first: Certificate | null;
}

/** Contexts by name; `*.example.test` covers one label (RFC 6125 §6.4.3). A pair OpenSSL refuses is left out and logged. */
function buildContexts(certificates: readonly Certificate[], log: GatewayLog): ContextTable {
  const byName = new Map<string, SecureContext>();
  let first: Certificate | null = null;
  for (const certificate of certificates) {
    try {
      const context = createSecureContext({ ...hardenedContextOptions(), cert: certificate.certPem, key: certificate.keyPem });
      first ??= certificate;
      for (const name of certificate.names) if (!byName.has(name)) byName.set(name, context);
    } catch {
      // The cause may quote key material; the names are enough to find the pair.
      log.error({ names: certificate.names }, 'certificate cannot be used');
    }
  }
  return { byName, first };
}

function findContext({ byName }: ContextTable, serverName: string): SecureContext | undefined {
  const name = serverName.toLowerCase();
  const dot = name.indexOf('.');
  return byName.get(name) ?? (dot > 0 ? byName.get(`*.${name.slice(dot + 1)}`) : undefined);
}

const defaultPair = ({ first }: ContextTable): { cert?: string; key?: string } =>
  first === null ? {} : { cert: first.certPem, key: first.keyPem };

/** TLS termination whose certificates follow the snapshot; open connections keep what they began with. */
export function createTlsFront(onSecure: (socket: TLSSocket) => void, log: GatewayLog): TlsFront {
  let contexts: ContextTable = { byName: new Map(), first: null };
  let challenges: ContextTable = contexts;
  let followed = '';
  const server = makeServer(['h2', 'http/1.1'], (name) => findContext(contexts, name));
  const challengeServer = makeServer([ACME_ALPN], (name) => findContext(challenges, name));
  server.on('secureConnection', onSecure);
  challengeServer.on('secureConnection', (socket) => socket.end());
  return {
    accept: (socket) => void server.emit('connection', socket),
    acceptChallenge: (socket) => void challengeServer.emit('connection', socket),
    get answersChallenges() {
      return challenges.first !== null;
    },
    follow(snapshot) {
      const fingerprint = JSON.stringify([snapshot.certificates, snapshot.alpnCertificates, snapshot.ticketKeys]);
      // Most snapshots change a ban, not a certificate.
      if (fingerprint === followed) return;
      followed = fingerprint;
      contexts = buildContexts(snapshot.certificates, log);
      challenges = buildContexts(snapshot.alpnCertificates, log);
      const given = snapshot.ticketKeys === null ? null : Buffer.from(snapshot.ticketKeys, 'base64');
      const keys = given?.length === TICKET_KEYS_BYTES ? given : server.getTicketKeys();
      server.setSecureContext({ ...hardenedContextOptions(), ...defaultPair(contexts), sessionIdContext: SESSION_CONTEXT });
      // A new context would make ticket keys of its own; workers share these, so that a session resumes on any of them.
      server.setTicketKeys(keys);
      challengeServer.setSecureContext({ ...hardenedContextOptions(), ...defaultPair(challenges) });
    },
  };
}

function makeServer(protocols: string[], find: (name: string) => SecureContext | undefined): Server {
  const server = createServer({
    ...hardenedContextOptions(),
    ALPNProtocols: protocols,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    sessionIdContext: SESSION_CONTEXT,
    SNICallback: (name, answer) => answer(null, find(name)),
  });
  // A failed handshake is a scanner or an old client; the socket is gone already.
  server.on('tlsClientError', () => undefined);
  return server;
}
