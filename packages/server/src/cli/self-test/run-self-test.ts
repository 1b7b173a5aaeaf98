import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Application, SelfTestView } from '@holdfast/contract';
import { expectedOf, hostOf, PROBE_PAIRS, PROBE_PARAMETER, type Expected } from './probes.ts';

const APPLICATIONS_MAX = 10;
const ANSWER_TIMEOUT_MS = 10_000;
/** Events travel in batches; after this long a missing record is a fault. */
const RECORD_WAIT_MS = 5000;
const RECORD_POLL_MS = 100;

export interface SelfTestParts {
  /** Where the gateway listens, for example `https://127.0.0.1:8443`: the probes take the way every visitor takes. */
  readonly origin: string;
  readonly applications: readonly Application[];
  readonly isBypassed: boolean;
  /** The recorded outcome of a request, or null while there is none. */
  readonly outcomeOf: (requestId: string) => Promise<string | null>;
}

type Probe = SelfTestView['probes'][number];

/**
 * Sends each attack and its innocent twin through the running gateway, and compares what was done and recorded with what the
 * settings say. It changes nothing: GET requests with one parameter that no application reads.
 *
 * @example const view = await runSelfTest({ origin, applications, isBypassed: false, outcomeOf });
 */
export async function runSelfTest(parts: SelfTestParts): Promise<SelfTestView> {
  const probes: Probe[] = [];
  for (const application of parts.applications.slice(0, APPLICATIONS_MAX)) {
    for (const { group, attack, twin } of PROBE_PAIRS) {
      const expected = expectedOf(application, group, parts.isBypassed);
      probes.push(await probe(parts, { application, name: `${application.id} ${group} attack`, value: attack, expected }));
      probes.push(await probe(parts, { application, name: `${application.id} ${group} twin`, value: twin, expected: 'allowed' }));
    }
  }
  const modes = new Set(parts.applications.map(({ mode }) => mode));
  const mode = parts.isBypassed ? 'bypass' : [...modes].join(', ');
  // Without an application nothing was shown, and nothing shown is not a pass.
  return { passed: probes.length > 0 && probes.every(({ passed }) => passed), mode, probes };
}

interface Shot {
  readonly application: Application;
  readonly name: string;
  readonly value: string;
  readonly expected: Expected;
}

async function probe(parts: SelfTestParts, { application, name, value, expected }: Shot): Promise<Probe> {
  const answer = await send(parts.origin, hostOf(application), value);
  if (answer === null) return { name, expected, actual: 'no answer', passed: false, requestId: null };
  const { status, requestId } = answer;
  const outcome = requestId === null ? null : await awaitOutcome(parts, requestId);
  // The record and the answer must agree: a block that is only recorded as one stops nobody.
  const isStopped = status === 403;
  const actual = outcome ?? 'not recorded';
  const passed = actual === expected && isStopped === (expected === 'blocked');
  return { name, expected, actual: passed || actual !== expected ? actual : `${actual}, answered ${status}`, passed, requestId };
}

async function awaitOutcome({ outcomeOf }: SelfTestParts, requestId: string): Promise<string | null> {
  for (let waitedMs = 0; waitedMs < RECORD_WAIT_MS; waitedMs += RECORD_POLL_MS) {
    const outcome = await outcomeOf(requestId);
    if (outcome !== null) return outcome;
    await sleep(RECORD_POLL_MS);
  }
  return null;
}

/**
 * The certificate is not judged: the probes go to our own listener on this machine and carry nothing secret, and an expired
 * certificate must not hide what the rules do.
 */
function send(origin: string, host: string, value: string): Promise<{ status: number; requestId: string | null } | null> {
  const { protocol, hostname, port } = new URL(origin);
  const isPlain = protocol === 'http:';
  const request = isPlain ? httpRequest : httpsRequest;
  const authority = port === '' ? host : `${host}:${port}`;
  return new Promise((done) => {
    const outgoing = request(
      {
        hostname: hostname.replace(/^\[(.*)\]$/u, '$1'),
        port,
        path: `/?${PROBE_PARAMETER}=${encodeURIComponent(value)}`,
        headers: { host: authority, accept: 'text/html', 'user-agent': 'holdfast-self-test' },
        timeout: ANSWER_TIMEOUT_MS,
        agent: false,
        ...(isPlain ? {} : { servername: host, rejectUnauthorized: false }),
      },
      (incoming) => {
        incoming.resume();
        const id = incoming.headers['x-request-id'];
        incoming.on('close', () => done({ status: incoming.statusCode ?? 0, requestId: typeof id === 'string' ? id : null }));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => done(null));
    outgoing.end();
  });
}
