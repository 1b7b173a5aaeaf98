import { ownCookieName, signInOutcome } from '@holdfast/contract';
import type { Answer, Ask, SignInObserver } from '@holdfast/contract';
import { isLoopback } from '../../platform/address.ts';
import type { Exchange, Refused, SignInAttempt, StepResult } from '../exchange.ts';
import { ON } from '../exchange.ts';
import type { UpstreamResponse } from '../response/respond.ts';
import { headerValue } from '../response/upstream-headers.ts';
import { isRepeated, readAnswerText } from './answer-text.ts';
import type { Visitors } from '../visitor/visitors.ts';
import { tellLimited, tellOutcome } from './tell.ts';
import { accountsIn, observerFor } from './find-observer.ts';

/** Names the device, for the accounts that it signed in to. It opens nothing. */
const DEVICE_COOKIE = 'holdfast-seen';
const DEVICE_SECONDS = 180 * 86_400;
const DEVICE_CHARS_MAX = 512;

export interface SignInWatch {
  /** Whether this may be tried now. */
  before(exchange: Exchange): StepResult | Promise<StepResult>;
  /** What the application made of it; gives the answer back whole. */
  after(exchange: Exchange, answer: UpstreamResponse): UpstreamResponse | Promise<UpstreamResponse>;
}

export interface SignInWatchParts {
  readonly ask: (ask: Ask) => Promise<Answer>;
  readonly visitors: Pick<Visitors, 'begun' | 'sessionOf'>;
}

/** Login forms of the application itself: counted over all gateways by the control plane, because each sees only its part. */
export function createSignInWatch({ ask, visitors }: SignInWatchParts): SignInWatch {
  return {
    before(exchange) {
      const { application, head, upgrade, forwardAuth } = exchange;
      // A proxy that asks shows no body, so there is no name in it.
      if (application === null || upgrade !== undefined || forwardAuth !== null) return ON;
      const observer = observerFor(application, head.method, head.path);
      return observer === null ? ON : admit(exchange, { observer, application: application.id, ask, visitors });
    },
    after(exchange, answer) {
      return exchange.signIn === null ? answer : conclude(exchange, { attempt: exchange.signIn, answer, ask, visitors });
    },
  };
}

interface Admitting extends SignInWatchParts {
  readonly observer: SignInObserver;
  readonly application: string;
}

const refused = (code: Refused['code'], reason: string): Refused => ({ kind: 'refused', code, reason });

async function admit(exchange: Exchange, { observer, application, ask, visitors }: Admitting): Promise<StepResult> {
  const accounts = accountsIn(exchange.canonical, observer.accountField);
  if (accounts === null) return refused('request-ambiguous', 'sign-in-accounts');
  const tried = { application, accounts, address: countedAddress(exchange), device: deviceOf(exchange) };
  const verdict = await ask({ kind: 'sign-in-try', ...tried });
  // Whoever could not be counted could guess without end.
  if (verdict.kind !== 'sign-in-try') return refused('service-unavailable', 'sign-in-uncounted');
  const attempt: SignInAttempt = { observer, tried, verdict };
  const { waitSeconds, what, keys, isKnown } = verdict;
  const detail = `account ${keys.join(' ')}${isKnown ? ' from a device it knows' : ''}`;
  if (waitSeconds > 0 && what !== null) {
    tellLimited(exchange, attempt, visitors.sessionOf(exchange));
    if (exchange.mode !== 'bypass') {
      exchange.record.steps.push({ step: 'sign-in', verdict: 'limited', detail: `${detail} by ${what} for ${waitSeconds} s` });
      return { ...refused('sign-in-limited', `sign-in-${what}`), retryAfterSeconds: waitSeconds };
    }
  }
  exchange.signIn = attempt;
  exchange.record.steps.push({ step: 'sign-in', verdict: 'passed', detail });
  return ON;
}

/** As with rates: who is on the allow-list and the operator's own machine stand for more people than one. */
function countedAddress({ application, clientAddress, snapshot }: Exchange): string | null {
  if (isLoopback(clientAddress) && application?.rate.includeLoopback !== true) return null;
  return snapshot.allows.size > 0 && snapshot.allows.lookup(clientAddress) !== undefined ? null : clientAddress;
}

function deviceOf({ ownCookies, connection }: Exchange): string | null {
  const wanted = `${ownCookieName(DEVICE_COOKIE, connection.secure)}=`;
  for (const part of ownCookies.split('; ')) {
    if (part.startsWith(wanted)) return part.length - wanted.length > DEVICE_CHARS_MAX ? null : part.slice(wanted.length);
  }
  return null;
}

interface Concluding extends SignInWatchParts {
  readonly attempt: SignInAttempt;
  readonly answer: UpstreamResponse;
}

async function conclude(exchange: Exchange, { attempt, answer, ask, visitors }: Concluding): Promise<UpstreamResponse> {
  const read = await readAnswerText(answer, attempt);
  const success = attempt.observer.success?.body ?? null;
  const isForged = success !== null && isRepeated(exchange, success);
  const headers = answer.headers.map(([name, value]): readonly [string, string] => [name.toLowerCase(), value]);
  const outcome = signInOutcome(attempt.observer, {
    status: answer.status,
    location: headerValue(headers, 'location'),
    body: read.text,
  });
  const judged = outcome === 'succeeded' && isForged ? 'failed' : outcome;
  exchange.record.steps.push({ step: 'sign-in', verdict: judged, detail: '' });
  if (judged === 'unclear') return read.answer;
  const session = judged === 'succeeded' ? visitors.begun(exchange, { attempt, headers }) : visitors.sessionOf(exchange);
  tellOutcome(exchange, attempt, { outcome: judged, session });
  if (judged === 'succeeded') {
    const told = await ask({ kind: 'sign-in-success', ...attempt.tried });
    if (told.kind === 'sign-in-success' && told.device !== null) exchange.setCookie = deviceCookie(exchange, told.device);
  }
  return read.answer;
}

function deviceCookie({ connection }: Exchange, value: string): string {
  const flags = `; Path=/; HttpOnly; SameSite=Lax; Max-Age=${DEVICE_SECONDS}${connection.secure ? '; Secure' : ''}`;
  return `${ownCookieName(DEVICE_COOKIE, connection.secure)}=${value}${flags}`;
}
