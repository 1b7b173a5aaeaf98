import type { Answered, Detection } from '@holdfast/contract';
import type { Clock } from '../../../../platform/clock.ts';
import type { Log } from '../../../../platform/log.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import type { Actor, Applications } from '../../../applications/index.ts';
import type { People, Sessions } from '../../../identity/index.ts';
import type { Protection } from '../../../protection/index.ts';
import { BY_WATCH } from '../alert-parts.ts';
import type { Answers, Wanted } from './answers.ts';
import { judgeBan } from './ban-guard.ts';
import { administratorsAt, ownAddresses } from './ban-places.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BAN_SECONDS = 3600;
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/u;

export interface AnswersParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly applications: Pick<Applications, 'get' | 'list'>;
  readonly protection: Pick<Protection, 'addBan' | 'listBans' | 'showBypass'>;
  readonly sessions: Pick<Sessions, 'listAll' | 'ownerOf' | 'endOne' | 'recheck'>;
  readonly people: Pick<People, 'tell'> & { readonly requireStepUp: (id: string, actor: Actor) => Promise<unknown> };
  /** Off = nothing is done; alerts say what would have been. */
  readonly isOn: boolean;
  /** Proxies in front of us whose word about addresses is believed. */
  readonly trustedHops: number;
  /** Addresses that came within the hour. */
  readonly clients: (now: number) => readonly string[];
}

type Asked = Detection['answers'][number];
type Outcome = Pick<Answered, 'outcome' | 'detail'>;

const done = (detail: string): Outcome => ({ outcome: 'done', detail });
const refused = (detail: string): Outcome => ({ outcome: 'refused', detail });

/** What is done at once, behind guards: wrong once, it may cost somebody an hour and never the way in. */
export function createAnswers(parts: AnswersParts): Answers {
  const { clock, log } = parts;
  const banned: Banned[] = [];
  const act = async (asked: Asked, wanted: Wanted): Promise<Outcome> => {
    const why = await whyNotDone(parts, asked, wanted);
    if (why !== null) return { outcome: 'would', detail: why };
    if (asked.answer === 'ban') return ban(parts, { asked, wanted, banned });
    return asked.answer === 'end-session' ? endSession(parts, asked) : stepUp(parts, asked);
  };
  return {
    async carryOut(wanted) {
      const outcome: Answered[] = [];
      for (const asked of wanted.answers) {
        const result = await act(asked, wanted).catch((error: unknown): Outcome => {
          if (!(error instanceof Refusal)) log.error({ err: error, alert: wanted.alert }, 'an alert could not be answered');
          const said = error instanceof Refusal ? (error.errors[0]?.detail ?? error.code) : 'it failed; see the log';
          return refused(said);
        });
        outcome.push({ ...asked, ...result, time: clock.now() });
      }
      return outcome;
    },
  };
}

/** Null = it is to be done. */
async function whyNotDone(
  { isOn, protection, applications }: AnswersParts,
  { answer }: Asked,
  { application }: Wanted,
): Promise<string | null> {
  if (!isOn) return 'answers are switched off (watch.answers)';
  if ((await protection.showBypass()).active !== null) return 'nothing is refused now: holdfast bypass status';
  if (application !== null) {
    const { mode } = (await applications.get(application)).application;
    return mode === 'enforce' ? null : `${application} is in monitor mode`;
  }
  // Sign-ins of administrators belong to no application, and are always enforced; a ban needs a gateway that refuses.
  if (answer !== 'ban') return null;
  const isAny = (await applications.list()).some((one) => one.application.mode === 'enforce');
  return isAny ? null : 'no application is in enforce mode';
}

interface Banned {
  readonly at: number;
  readonly reaches: number;
}

async function ban(
  parts: AnswersParts,
  { asked, wanted, banned }: { readonly asked: Asked; readonly wanted: Wanted; readonly banned: Banned[] },
): Promise<Outcome> {
  const { clock, protection, trustedHops, clients } = parts;
  const { kind, value } = asked.entity;
  if (kind !== 'address' && kind !== 'network') return refused('only addresses and networks can be banned');
  const now = clock.now();
  while ((banned[0]?.at ?? now) <= now - HOUR_MS) banned.shift();
  const verdict = judgeBan({
    value,
    isForwarded: trustedHops > 0,
    own: ownAddresses(),
    administrators: await administratorsAt(parts.sessions),
    clients: clients(now),
    reached: banned.reduce((sum, { reaches }) => sum + reaches, 0),
    recent: banned.filter(({ at }) => at > now - MINUTE_MS).length,
  });
  if (verdict.kind === 'refused') return refused(verdict.why);
  const { prefix } = verdict;
  // A longer ban that somebody made is not to be made shorter.
  const until = now + BAN_SECONDS * 1000;
  const held = (await protection.listBans({ address: prefix, limit: 200 })).items;
  const longer = held.find(({ expiresAt }) => expiresAt === null || expiresAt >= until);
  if (longer !== undefined) return done(`banned already: ${longer.prefix}`);
  const reason = `alert ${wanted.alert}: ${wanted.detector}`;
  await protection.addBan({ prefix, reason, forSeconds: BAN_SECONDS }, BY_WATCH);
  banned.push({ at: now, reaches: verdict.reaches });
  return done(`banned for an hour; undo: holdfast ban remove ${prefix}`);
}

async function endSession({ sessions, people }: AnswersParts, { entity: { kind, value } }: Asked): Promise<Outcome> {
  if (kind !== 'session') return refused('only a session can be ended');
  if (!ULID.test(value)) return refused('a session of the application itself: there is nothing of ours to end');
  const owner = await sessions.ownerOf(value);
  const isEnded = await sessions.endOne(null, value, { reason: 'revoked', actor: BY_WATCH });
  if (!isEnded) return refused('it was over already');
  // Whoever it belongs to should not wonder, and knows best who else it was.
  if (owner !== null) await people.tell(owner, 'session-ended');
  return done('ended; whoever it was signs in again, and is told by a letter');
}

/** A session that was opened before proves nothing any more: every factor is asked for at the next request. */
async function stepUp(parts: AnswersParts, asked: Asked): Promise<Outcome> {
  const { kind, value } = asked.entity;
  if (kind === 'session') return endSession(parts, asked);
  if (kind !== 'user' || !ULID.test(value)) return refused('an account of the application itself: its sessions are not ours');
  await parts.people.requireStepUp(value, BY_WATCH);
  const sessions = await parts.sessions.recheck(value);
  return done(`${sessions} ${sessions === 1 ? 'session is' : 'sessions are'} asked for every factor at the next request`);
}
