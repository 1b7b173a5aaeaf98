import type { Application, EventRecord, RuleAction, SelfTestView } from '@holdfast/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROBES, type ProbePair, type ProbeText } from './self-test-probes.ts';

/** Records travel in batches; this is how long a probe waits for its own. */
const RECORD_WAIT_MS = 3000;
const RECORD_POLL_MS = 50;
const PATH = '/holdfast-self-test';
const USER_AGENT = 'holdfast-self-test';

export interface ProbeAnswer {
  readonly status: number;
  readonly requestId: string | null;
}

export interface SelfTestParts {
  readonly application: Application;
  readonly isBypassed: boolean;
  /** Sends one GET through the gateway as a visitor would. */
  readonly send: (host: string, target: string, userAgent: string) => Promise<ProbeAnswer>;
  /** What was recorded of a request; null = nothing yet. */
  readonly outcomeOf: (requestId: string) => Promise<EventRecord['outcome'] | null>;
}

type Probe = SelfTestView['probes'][number];

/** What the settings promise for one class of attack; the test shows whether the gateway keeps it. */
export function effectiveAction(
  { application, isBypassed }: Pick<SelfTestParts, 'application' | 'isBypassed'>,
  group: ProbePair['group'],
): RuleAction {
  const action = application.rules[group] ?? (application.mode === 'enforce' ? 'block' : 'record');
  return isBypassed && action === 'block' ? 'record' : action;
}

/** During a promotion this machine may be one of the clients on trial, or not: both answers keep the promise. */
function mayBeOnTrial({ application, isBypassed }: SelfTestParts, group: ProbePair['group']): boolean {
  const { canary, rules } = application;
  if (canary === null || isBypassed) return false;
  return canary.group === null ? rules[group] === undefined : canary.group === group;
}

/** Sends each attack and its innocent twin through the running gateway and compares what happened with what the mode says. */
export async function runSelfTest(parts: SelfTestParts): Promise<SelfTestView> {
  const probes: Probe[] = [];
  for (const pair of PROBES) {
    const action = effectiveAction(parts, pair.group);
    const expected = action === 'block' ? 'blocked' : action === 'record' ? 'recorded' : 'allowed';
    probes.push(
      await runProbe(parts, {
        name: `${pair.group}: ${pair.name}`,
        sent: pair.attack,
        expected,
        isOnTrial: mayBeOnTrial(parts, pair.group),
      }),
    );
    probes.push(
      await runProbe(parts, { name: `${pair.group}: innocent twin of ${pair.name}`, sent: pair.twin, expected: 'allowed' }),
    );
  }
  const mode = parts.isBypassed ? 'bypass' : parts.application.mode;
  return { passed: probes.every(({ passed }) => passed), mode, probes };
}

interface NamedProbe {
  readonly name: string;
  readonly sent: ProbeText;
  readonly expected: string;
  readonly isOnTrial?: boolean;
}

async function runProbe(parts: SelfTestParts, { name, sent, expected, isOnTrial = false }: NamedProbe): Promise<Probe> {
  const host = parts.application.hosts[0]?.replace('*.', 'probe.') ?? 'localhost';
  const { status, requestId } = await parts.send(host, targetOf(sent), sent.userAgent ?? USER_AGENT);
  const outcome = requestId === null ? null : await recordedOutcome(parts, requestId);
  // An upstream that is down or says 5xx fails the request; that is no word on whether it was taken for an attack.
  const actual = outcome === null ? 'not recorded' : outcome === 'failed' ? 'allowed' : outcome;
  const isRefused = actual === 'blocked' ? status === 403 : status !== 403 || actual === 'allowed';
  const isKept = actual === expected || (isOnTrial && actual === 'blocked') || isAtTheDoor({ actual, status, expected });
  return { name, expected, actual, passed: isKept && isRefused, requestId };
}

const targetOf = ({ parameter = 'probe', value = 'tea' }: ProbeText): string =>
  `${PATH}?${encodeURIComponent(parameter)}=${encodeURIComponent(value)}`;

/** Where sign-in is required a probe is asked who it is, after inspection let it by: that is what not to be blocked looks like. */
function isAtTheDoor({ actual, status, expected }: { actual: string; status: number; expected: string }): boolean {
  return expected !== 'blocked' && actual === 'refused' && status === 401;
}

async function recordedOutcome({ outcomeOf }: SelfTestParts, requestId: string): Promise<EventRecord['outcome'] | null> {
  for (let waitedMs = 0; waitedMs < RECORD_WAIT_MS; waitedMs += RECORD_POLL_MS) {
    const outcome = await outcomeOf(requestId);
    if (outcome !== null) return outcome;
    await sleep(RECORD_POLL_MS);
  }
  return null;
}
