import { keyringEvents, type EventRecord, type OwnKeyName, type OwnKeyView } from '@holdfast/contract';
import type { Bus } from '../../../../platform/bus/bus.ts';
import type { Clock } from '../../../../platform/clock.ts';
import type { Claims } from '../../../../platform/jobs/claim.ts';
import type { Log } from '../../../../platform/log.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import { DAY_MS, retryDue } from '../due.ts';
import { troubleOf } from '../trouble.ts';

type Actor = EventRecord['actor'];

export interface OwnKeyWish {
  readonly actor: Actor;
  readonly cause: 'operator' | 'schedule';
  /** In use as soon as it can be. */
  readonly now: boolean;
}

/** A key that Holdfast itself uses. Its age is read from the key, so nothing else has to be kept of it. */
export interface OwnKey {
  readonly name: OwnKeyName;
  /** The node that alone has it; null = all nodes share it. */
  readonly node: string | null;
  /** Null = off: only when somebody says so. */
  readonly everyDays: number | null;
  /** Made so long before it is used. */
  readonly aheadMs: number;
  /** Since when the newest is in use, or will be; `unknown` = nobody wrote it down, null = there is none yet. */
  since(): Promise<number | 'unknown' | null>;
  rotate(wish: OwnKeyWish): Promise<void>;
}

/** Refuses with `not-found`, `rotation-running`, and whatever the owner of the key refuses with. */
export interface OwnKeys {
  list(): Promise<readonly OwnKeyView[]>;
  rotate(name: OwnKeyName, how: { readonly now: boolean }, actor: Actor): Promise<OwnKeyView>;
  /** One look at what is due. */
  tick(): Promise<void>;
}

export interface OwnKeysParts {
  readonly keys: readonly OwnKey[];
  readonly claims: Claims;
  readonly bus: Pick<Bus, 'newEvent' | 'record'>;
  readonly clock: Clock;
  readonly log: Log;
  /** True = no key can be read now, so none is changed. */
  readonly isSealed: () => boolean;
}

const BY_SCHEDULE: Actor = { kind: 'system', ref: 'rotation' };

/** Of this process; after a restart what is due is tried at once. */
interface Trying {
  readonly failures: number;
  readonly nextTry: number;
  readonly trouble: string;
}

export function createOwnKeys(parts: OwnKeysParts): OwnKeys {
  const { keys, clock, isSealed } = parts;
  const trying = new Map<OwnKeyName, Trying>();
  const show = async (key: OwnKey): Promise<OwnKeyView> => {
    const { name, node, everyDays } = key;
    const since = await key.since();
    const due = dueAt(key, since);
    const failed = trying.get(name);
    return {
      kind: 'own',
      name,
      node,
      since: since === 'unknown' ? null : since,
      everyDays,
      // One that is due is changed at the next look.
      nextAt: due === null ? null : Math.max(due, failed?.nextTry ?? 0, since === 'unknown' ? clock.now() : 0),
      failures: failed?.failures ?? 0,
      trouble: failed?.trouble ?? null,
    };
  };
  const alone = (key: OwnKey, run: () => Promise<void>): Promise<boolean> =>
    parts.claims.alone(['own key', key.name, ...(key.node === null ? [] : [key.node])].join(' '), run);

  /** What cannot be read now is looked at again: nothing says that it is due. */
  const looksDue = (key: OwnKey): Promise<boolean> =>
    isDue(key, clock).catch((error: unknown) => {
      parts.log.warn({ err: error, key: key.name }, 'the age of a key of Holdfast could not be read; looked at again shortly');
      return false;
    });

  return {
    list: () => Promise.all(keys.map(show)),
    async rotate(name, { now }, actor) {
      const key = keys.find((one) => one.name === name);
      if (key === undefined) throw new Refusal('not-found');
      if (isSealed()) throw new Refusal('keyring-sealed');
      const isDone = await alone(key, () => key.rotate({ actor, cause: 'operator', now }));
      if (!isDone) throw new Refusal('rotation-running');
      trying.delete(name);
      return show(key);
    },
    async tick() {
      if (isSealed()) return;
      for (const key of keys) {
        if ((trying.get(key.name)?.nextTry ?? 0) > clock.now()) continue;
        if (!(await looksDue(key))) continue;
        try {
          await alone(key, async () => {
            // Somebody may have been faster.
            if (await isDue(key, clock)) await key.rotate({ actor: BY_SCHEDULE, cause: 'schedule', now: false });
          });
          trying.delete(key.name);
        } catch (error) {
          trying.set(key.name, await tell(parts, { key, error, failures: (trying.get(key.name)?.failures ?? 0) + 1 }));
        }
      }
    },
  };
}

/** One of unknown age is as good as too old. */
function dueAt({ everyDays, aheadMs }: OwnKey, since: number | 'unknown' | null): number | null {
  if (everyDays === null || since === null) return null;
  return since === 'unknown' ? 0 : since + everyDays * DAY_MS - aheadMs;
}

async function isDue(key: OwnKey, clock: Clock): Promise<boolean> {
  const due = key.everyDays === null ? null : dueAt(key, await key.since());
  return due !== null && due <= clock.now();
}

/** The one in use stays; it is tried again after an hour, then two, at most a day. */
async function tell(
  { bus, log, clock }: OwnKeysParts,
  { key, error, failures }: { readonly key: OwnKey; readonly error: unknown; readonly failures: number },
): Promise<Trying> {
  const trouble = troubleOf(error).words;
  log.warn({ err: error, key: key.name, failures }, 'a key of Holdfast that is due could not be rotated; tried again later');
  const payload = { key: key.name, trouble, failures };
  const event = bus.newEvent(keyringEvents.ownFailed, { actor: BY_SCHEDULE, target: key.name, outcome: 'failed', payload });
  // Where not even that can be recorded, the log has it.
  await bus.record(event).catch((cause: unknown) => log.error({ err: cause, type: event.type }, 'an event was not recorded'));
  return { failures, trouble, nextTry: retryDue(key.everyDays, clock.now(), failures - 1) ?? 0 };
}
