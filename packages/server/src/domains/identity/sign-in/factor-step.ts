import { identityEvents, type EventRecord } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { TOTP_TRIES } from '../people/lockout.ts';
import type { Person } from '../people/person.ts';
import type { PeopleDb, PeopleTables } from '../people/tables.ts';
import type { OpenChallenge } from './challenges.ts';
import { actorOf, refused, type Flow, type Proof } from './flow.ts';
import type { Refused, Step } from './steps.ts';

/** What a code turned out to be. */
type Verdict =
  | { readonly kind: 'right'; readonly amr: string; readonly events: readonly EventRecord[] }
  | { readonly kind: 'wrong'; readonly answer: Refused; readonly events: readonly EventRecord[] };

interface Typed {
  readonly tx: PeopleDb;
  readonly challenge: OpenChallenge;
  readonly person: Person;
  readonly code: string;
}

/**
 * A second factor makes two of what was there: the first proof of this sign-in, or the session that is stepped up. Beside
 * nothing it is one (a code of an app alone), unless it checks its owner by itself and says so.
 */
export function proofOf({ data }: OpenChallenge, person: Person, proven: readonly string[]): Proof {
  const { context, purpose, amr } = data;
  const isSecond = purpose === 'step-up' || amr.length > 0;
  return { person, context, purpose, amr: [...new Set([...amr, ...proven, ...(isSecond ? ['mfa'] : [])])] };
}

/** One transaction: the try is counted, the code spent, and what follows written, or the refusal recorded. */
async function finishWithCode<Session>(
  flow: Flow<Session>,
  { token, code, verify }: { readonly token: string; readonly code: string; readonly verify: (typed: Typed) => Promise<Verdict> },
): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const settled = await core.db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<PeopleTables>();
    const challenge = await challenges.take(tx, token, ['second-factor']);
    const person = challenge === null ? null : await flow.personOf(tx, challenge);
    if (challenge === null || person === null) return refused('ended');
    const verdict = await verify({ tx, challenge, person, code });
    await core.bus.publish(transaction, verdict.events);
    if (verdict.kind === 'wrong') return endedAfter(challenge, verdict.answer);
    return finish(flow, transaction, { challenge, proof: proofOf(challenge, person, [verdict.amr]) });
  });
  return 'kind' in settled ? settled : flow.open(settled);
}

async function finish<Session>(
  flow: Flow<Session>,
  transaction: Transaction,
  { challenge, proof }: { readonly challenge: OpenChallenge; readonly proof: Proof },
) {
  const isMine = await flow.challenges.consume(transaction.kysely.withTables<PeopleTables>(), challenge);
  return isMine ? flow.complete(transaction, proof) : refused('ended');
}

/** The fifth wrong code: there is no sixth, so do not ask for it. */
export const endedAfter = ({ triesLeft }: OpenChallenge, answer: Refused): Refused =>
  triesLeft <= 0 && answer.cause === 'code' ? refused('ended') : answer;

export async function finishWithTotp<Session>(flow: Flow<Session>, token: string, code: string): Promise<Step<Session>> {
  const { core } = flow;
  const verify = async ({ tx, challenge, person }: Typed): Promise<Verdict> => {
    const verdict = await core.factors.verifyTotp(tx, person.id, code);
    if (verdict.kind === 'right') return { kind: 'right', amr: 'otp', events: [] };
    const { cause, pausedSeconds, failures } = verdict;
    const { address } = challenge.data.context;
    const events = [flow.refusal({ person: person.id, step: 'totp', cause, known: false, address })];
    if (cause !== 'locked' && pausedSeconds !== null && failures % TOTP_TRIES === 0) {
      const until = core.clock.now() + pausedSeconds * 1000;
      const payload = { person: person.id, what: 'totp' as const, failures, until };
      events.push(core.bus.newEvent(identityEvents.lockedOut, { actor: actorOf(null), target: person.id, payload }));
    }
    return { kind: 'wrong', answer: cause === 'locked' ? refused('locked', pausedSeconds) : refused('code'), events };
  };
  return finishWithCode(flow, { token, code, verify });
}

export async function finishWithRecovery<Session>(flow: Flow<Session>, token: string, code: string): Promise<Step<Session>> {
  const { core } = flow;
  const verify = async ({ tx, challenge, person }: Typed): Promise<Verdict> => {
    const { address } = challenge.data.context;
    const left = await core.factors.spendRecoveryCode(tx, person.id, code);
    if (left === null) {
      const events = [flow.refusal({ person: person.id, step: 'recovery', cause: 'wrong', known: false, address })];
      return { kind: 'wrong', answer: refused('code'), events };
    }
    await core.store.update(tx, person.id, { renew_factors_since: core.clock.now() });
    const payload = { person: person.id, left, address };
    const fields = { actor: actorOf(person.id), target: person.id, subject: `person:${person.id}`, payload };
    return { kind: 'right', amr: 'recovery', events: [core.bus.newEvent(identityEvents.recoveryUsed, fields)] };
  };
  const step = await finishWithCode(flow, { token, code, verify });
  if (step.kind !== 'signed-in' && step.kind !== 'confirmed') return step;
  core.tell(step.person, 'recovery-used');
  return step.kind === 'signed-in' ? { ...step, renewFactors: true } : step;
}
