import type { Application, SelfTestView } from '@holdfast/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import { CANARY, FAILURES, PLAIN_ANSWER, PLAIN_PATH, startFailingUpstream } from './failing-upstream.ts';

const ID = 'holdfast-error-test';
/** RFC 2606 §2: nobody can be sent there by accident. */
const HOST = 'error-test.holdfast.invalid';
const SERVED_WAIT_MS = 10_000;
const SERVED_POLL_MS = 100;
const MISDIRECTED = 421;

export interface ErrorAnswer {
  readonly status: number;
  readonly requestId: string | null;
  /** Header lines and body as the visitor got them; null = the connection broke off. */
  readonly text: string;
  readonly body: string;
}

export interface ErrorTestParts {
  /** Whose settings are tried. */
  readonly application: Application;
  /** Serves one more application while the test runs, and takes it away again. */
  readonly serve: (probe: Application) => Promise<AsyncDisposable>;
  /** Asks the gateway as a visitor would; null = it broke the connection off. */
  readonly ask: (host: string, target: string, accept: string) => Promise<ErrorAnswer | null>;
}

type Probe = SelfTestView['probes'][number];

/**
 * Puts an application that fails in every way behind the settings of a real one, and looks for its words in what a visitor
 * gets. What fails honestly must arrive unchanged.
 */
export async function runErrorTest({ application, serve, ask }: ErrorTestParts): Promise<SelfTestView> {
  await using upstream = await startFailingUpstream();
  await using _served = await serve(probeOf(application, upstream.url));
  await untilServed(ask);
  const probes: Probe[] = [];
  for (const path of FAILURES.keys())
    for (const accept of ['text/html', 'application/json']) {
      const answer = await ask(HOST, path, accept);
      probes.push(hiddenProbe(`${path.slice(1)}, read as ${accept}`, answer));
    }
  probes.push(plainProbe(await ask(HOST, PLAIN_PATH, 'application/json')));
  return { passed: probes.every(({ passed }) => passed), mode: application.maskErrors ? 'masking' : 'maskErrors is off', probes };
}

/** The settings of the real one, without what would keep the probe from being asked. */
function probeOf(application: Application, upstream: string): Application {
  return {
    ...application,
    id: ID,
    name: 'Error test',
    hosts: [HOST],
    upstream,
    canary: null,
    learning: 'off',
    login: { ...application.login, mode: 'off' },
    rate: { ...application.rate, perSecond: 0 },
  };
}

/** Policy reaches gateways within moments; until then nobody is served under this name. */
async function untilServed(ask: ErrorTestParts['ask']): Promise<void> {
  for (let waitedMs = 0; waitedMs < SERVED_WAIT_MS; waitedMs += SERVED_POLL_MS) {
    const answer = await ask(HOST, PLAIN_PATH, 'application/json');
    if (answer !== null && answer.status !== MISDIRECTED) return;
    await sleep(SERVED_POLL_MS);
  }
}

function hiddenProbe(name: string, answer: ErrorAnswer | null): Probe {
  const isTold = answer?.text.includes(CANARY) === true;
  // Without the number nobody could say what happened; a connection that broke off has told nothing.
  const hasNumber = answer === null || answer.requestId !== null;
  const actual = isTold ? 'internals told' : hasNumber ? 'nothing told' : 'no request id';
  return { name, expected: 'nothing told', actual, passed: !isTold && hasNumber, requestId: answer?.requestId ?? null };
}

function plainProbe(answer: ErrorAnswer | null): Probe {
  const passed = answer?.status === 409 && answer.body === PLAIN_ANSWER && !answer.text.includes(CANARY);
  const actual = passed ? 'unchanged' : 'changed';
  return { name: 'an honest error of an API', expected: 'unchanged', actual, passed, requestId: answer?.requestId ?? null };
}
