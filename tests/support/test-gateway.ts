import { applicationSchema, snapshotSchema } from '@holdfast/contract';
import type { ApplicationInput, EventRecord, Snapshot, UpMessage } from '@holdfast/contract';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessLink } from '../../packages/server/src/gateway/link/in-process.ts';
import type { GatewayLink } from '../../packages/server/src/gateway/link/gateway-link.ts';
import type { AskHandler } from '../../packages/server/src/gateway/link/answering.ts';
import type { GatewayLog } from '../../packages/server/src/gateway/log.ts';
import { uploadPlace } from './upload-place.ts';
import { systemClock, type Clock } from '../../packages/server/src/platform/clock.ts';

export interface TestGateway extends AsyncDisposable {
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly plainPort: number;
  readonly link: GatewayLink;
  readonly messages: UpMessage[];
  readonly logged: string[];
  /** Where uploads lie while they are held. */
  readonly uploadFolders: readonly string[];
  events(type: string): EventRecord[];
  /** What is in force. */
  snapshot(): Snapshot;
  /** Changes the running snapshot. */
  push(change: Partial<Snapshot>): void;
}

let pair: { certPem: string; keyPem: string } | undefined;

/** A self-signed pair for hf.test, made once a process. */
export function testCertificate(): { certPem: string; keyPem: string } {
  pair ??= makeCertificate();
  return pair;
}

/** A new self-signed pair for hf.test. */
export function makeCertificate(): { certPem: string; keyPem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const names = 'subjectAltName=DNS:hf.test,DNS:localhost';
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-subj', '/CN=hf.test', '-addext', names], {
    stdio: 'ignore',
  });
  const made = { certPem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

export function testSnapshot(application: Partial<ApplicationInput> & { upstream: string }, change: object = {}): Snapshot {
  return snapshotSchema.parse({
    version: 1,
    digest: '0'.repeat(64),
    applications: [applicationSchema.parse({ id: 'echo', name: 'Echo', hosts: ['hf.test'], mode: 'enforce', ...application })],
    exceptions: [],
    allows: [],
    bans: [],
    bypassUntil: null,
    trustedHops: 0,
    limits: {},
    certificates: [{ names: ['hf.test', 'localhost'], ...testCertificate() }],
    challenges: [],
    alpnCertificates: [],
    ticketKeys: null,
    ...change,
  });
}

/** Nobody is signed in, and no file has been seen before. */
const nothingKnown: AskHandler = (ask) =>
  Promise.resolve(ask.kind === 'upload-known' ? { kind: 'upload-known', known: [] } : { kind: 'failed' });

/** A real gateway on free loopback ports: TLS, redirects, and plain service. */
export async function startTestGateway(
  snapshot: Snapshot,
  { onAsk, clock = systemClock, scanners = {} }: { onAsk?: AskHandler; clock?: Clock; scanners?: object } = {},
): Promise<TestGateway> {
  const messages: UpMessage[] = [];
  const logged: string[] = [];
  const note = (_fields: object, message: string): void => void logged.push(message);
  const log: GatewayLog = { info: note, warn: note, error: note };
  const uploads = uploadPlace(scanners);
  const any = { host: '127.0.0.1', port: 0 };
  const link = createInProcessLink({ listen: { https: any, http: any, plain: any }, clock, log, node: 'test', uploads });
  link.onMessage((message) => messages.push(message));
  link.onAsk(onAsk ?? nothingKnown);
  const bound = await link.start(snapshot);
  let current = snapshot;
  return {
    httpsPort: bound.https?.port ?? 0,
    httpPort: bound.http?.port ?? 0,
    plainPort: bound.plain?.port ?? 0,
    link,
    messages,
    logged,
    uploadFolders: [uploads.folder],
    events: (type) =>
      messages.flatMap((message) => (message.kind === 'events' ? message.events : [])).filter((event) => event.type === type),
    snapshot: () => current,
    push(change) {
      current = { ...current, ...change, version: current.version + 1 };
      // In this process it is taken over before the call returns.
      void link.push(current);
    },
    async [Symbol.asyncDispose]() {
      await link.close(200);
      rmSync(uploads.folder, { recursive: true, force: true });
    },
  };
}
