import { timingSafeEqual } from 'node:crypto';
import { isUniqueViolation } from '../../../platform/db/database-error.ts';
import type { OidcFault } from '../../../platform/oidc/fault.ts';
import type { AskedProvider, OpenChallenge } from '../sign-in/challenges.ts';
import { refused, type Flow, type RefusalPayload } from '../sign-in/flow.ts';
import type { ProviderAnswer, ProviderOffer, ProviderStep, ProviderVisit, Refused, SignInContext } from '../sign-in/steps.ts';
import type { Provider } from './provider.ts';
import { settle, type ProviderParts, type Settled } from './settle.ts';

const AWAY_SECONDS = 30;

type Cause = RefusalPayload['cause'];

async function refuse<Session>(
  flow: Flow<Session>,
  { person, cause, context }: { readonly person: string | null; readonly cause: Cause; readonly context: SignInContext },
): Promise<void> {
  await flow.core.bus.record(flow.refusal({ person, step: 'provider', cause, known: false, address: context.address }));
}

/** A provider that is away keeps nobody out who signs in here. */
const faultAnswer = ({ cause }: OidcFault): Refused => (cause === 'away' ? refused('away', AWAY_SECONDS) : refused('denied'));

export async function beginWithProvider<Session>(
  flow: Flow<Session>,
  { providers }: ProviderParts,
  { visit, context }: { readonly visit: ProviderVisit; readonly context: SignInContext },
): Promise<ProviderOffer | Refused> {
  const provider = providers.get(visit.provider);
  if (provider === undefined) return refused('ended');
  const { redirectUri, purpose, person, next, invite } = visit;
  const wantsAal2 = context.needsMfa || context.kind === 'admin';
  const began = await provider.client.begin({ redirectUri, isFresh: purpose === 'step-up', wantsAal2 });
  if (began.kind === 'fault') {
    await refuse(flow, { person, cause: began.cause, context });
    return faultAnswer(began);
  }
  const asked: AskedProvider = { id: visit.provider, pending: began.pending, next, invite };
  const data = { purpose, context, amr: [], seed: null, webAuthn: null, provider: asked };
  const challenge = await flow.challenges.create(flow.core.tables(), { person, stage: 'provider', data });
  return { kind: 'provider-offer', challenge, url: began.url };
}

interface Fitting {
  readonly open: OpenChallenge;
  readonly asked: AskedProvider;
  readonly provider: Provider;
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * The question of this browser that the answer belongs to: the cookie says which browser began, the state which question
 * (RFC 9700 §4.7), the address which provider (§4.4.2). An answer that does not fit uses nothing up.
 */
function fitting(open: OpenChallenge | null, { providers }: ProviderParts, answer: ProviderAnswer): Fitting | null {
  const asked = open?.data.provider;
  const provider = asked === undefined ? undefined : providers.get(asked.id);
  if (open === null || asked === undefined || provider === undefined) return null;
  const states = new URLSearchParams(answer.query).getAll('state');
  const isOurs =
    asked.id === answer.provider &&
    asked.pending.redirectUri === answer.redirectUri &&
    states.length === 1 &&
    sameText(states[0] ?? '', asked.pending.state);
  // What somebody signed in asked for is of no use to anybody else.
  const isTheirs = open.data.purpose === 'sign-in' || open.person === answer.person;
  return isOurs && isTheirs ? { open, asked, provider } : null;
}

export async function finishWithProvider<Session>(
  flow: Flow<Session>,
  parts: ProviderParts,
  { token, answer }: { readonly token: string | null; readonly answer: ProviderAnswer },
): Promise<ProviderStep<Session>> {
  const { core, challenges } = flow;
  const { context } = answer;
  const taken = token === null ? null : await challenges.take(core.tables(), token, ['provider']);
  const fit = fitting(taken, parts, answer);
  if (fit === null || !(await challenges.consume(core.tables(), fit.open))) {
    await refuse(flow, { person: null, cause: taken === null ? 'ended' : 'untrusted', context });
    return { step: refused('ended'), next: null };
  }
  const { open, asked, provider } = fit;
  const { next } = asked;
  const finished = await provider.client.finish(answer.query, asked.pending);
  if (finished.kind === 'fault') {
    await refuse(flow, { person: open.person, cause: finished.cause, context });
    return { step: faultAnswer(finished), next };
  }
  const { claims } = finished;
  const settled = await settleOnce(flow, parts, { open, asked, claims, provider });
  if (settled.kind === 'refused') {
    await refuse(flow, { person: settled.person, cause: settled.cause, context });
    return { step: refused(settled.cause === 'unverified' ? 'denied' : 'unconnected'), next };
  }
  const amr = ['oidc', ...(claims.isAal2 ? ['mfa'] : [])];
  const proof = { person: settled.person, context: open.data.context, purpose: open.data.purpose, amr };
  if (proof.purpose === 'sign-in') return { step: await flow.afterFirst(proof), next };
  const completed = await core.db.transaction(async (tx) => flow.complete(tx, proof));
  return { step: await flow.open(completed), next };
}

/** Name, address or account became somebody's between the look and the write: then it is theirs. */
async function settleOnce<Session>(
  flow: Flow<Session>,
  parts: ProviderParts,
  given: Parameters<typeof settle<Session>>[2],
): Promise<Settled> {
  try {
    return await settle(flow, parts, given);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return { kind: 'refused', person: null, cause: 'unconnected' };
  }
}
