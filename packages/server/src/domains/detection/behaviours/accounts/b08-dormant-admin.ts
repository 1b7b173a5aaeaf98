import type { Detection } from '@holdfast/contract';
import { z } from 'zod';
import { numberOf, textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { detectionOf, evidenceOf } from '../finding.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { described, PRIVILEGED_TYPES, privilegedActorOf, type PrivilegedActor } from './actors.ts';
import { remembering } from './table-behaviour.ts';

const ATTACKS = ['t1078'];
const DAY_MS = 86_400_000;
/** Whoever came back is watched for so long: what they do on the first day is the first thing they do. */
const AWAKE_MS = DAY_MS;
const SIGN_IN: ReadonlySet<string> = new Set(['identity.signed-in', 'identity.stepped-up']);
/** No name of an actor has a space in front. */
const SINCE = ' since';

export const dormantAdmin: BehaviourDefinition = {
  id: 'B8',
  title: 'A privileged account that nobody used came back',
  summary:
    'A person with a role, or a token, did nothing for weeks and then read a secret or changed who may what. What a record of a sign-in says of the one before counts too, so that it holds from the first day.',
  severity: 'high',
  types: [...SIGN_IN, ...PRIVILEGED_TYPES],
  learningDays: 0,
  thresholds: [{ name: 'days', fallback: 45, unit: 'days', min: 7, max: 365, detail: 'without any activity' }],
  create: (settings) =>
    remembering({ make: (): Activity => ({ lastAt: null, quietSince: null, wokeAt: 0 }), read }, (seen, memories) =>
      judge(seen, memories, settings),
    ),
};

const activitySchema = z.object({ lastAt: z.number().nullable(), quietSince: z.number().nullable(), wokeAt: z.number() });
interface Activity {
  lastAt: number | null;
  /** Since when it was quiet before it came back; null = it did not, or was told. */
  quietSince: number | null;
  wokeAt: number;
}
const read = (saved: unknown): Activity | null => activitySchema.safeParse(saved).data ?? null;

function judge({ event }: WatchedEvent, memories: KeyedTable<Activity>, settings: BehaviourSettings): readonly Detection[] {
  const began = memories.touch(SINCE);
  began.lastAt = Math.min(began.lastAt ?? event.time, event.time);
  noteNew(event, memories);
  const who = actorOf(event);
  if (who === null) return [];
  const activity = memories.touch(who.key);
  // Never seen: quiet since the watch began, which says nothing before it has watched for long enough.
  const known = Math.max(activity.lastAt ?? 0, lastSignInOf(event) ?? 0);
  const before = known === 0 ? began.lastAt : known;
  const quietMs = event.time - before;
  if (quietMs >= settings.value('days') * DAY_MS) {
    activity.quietSince = before;
    activity.wokeAt = event.time;
  }
  activity.lastAt = Math.max(activity.lastAt ?? 0, event.time);
  const { quietSince } = activity;
  if (quietSince === null || !PRIVILEGED.has(event.type)) return [];
  activity.quietSince = null;
  return event.time - activity.wokeAt > AWAKE_MS ? [] : [tell(event, who, { quietSince, wokeAt: activity.wokeAt })];
}

const PRIVILEGED: ReadonlySet<string> = new Set(PRIVILEGED_TYPES);

/** A person or token that was made a moment ago was not away. */
function noteNew({ type, payload, time }: Event, memories: KeyedTable<Activity>): void {
  const made =
    type === 'identity.person-created'
      ? `person:${textOf(payload, 'person') ?? ''}`
      : type === 'token.created'
        ? `token:${textOf(payload, 'token') ?? ''}`
        : null;
  if (made !== null) memories.touch(made).lastAt = time;
}

type Event = WatchedEvent['event'];

/** A sign-in names the person in its payload: its actor is a visitor until then. */
function actorOf(event: Event): PrivilegedActor | null {
  if (!SIGN_IN.has(event.type)) return privilegedActorOf(event);
  const person = textOf(event.payload, 'person');
  return person === null ? null : { key: `person:${person}`, entity: { kind: 'user', value: person }, person };
}

function lastSignInOf({ type, payload }: Event): number | null {
  return type === 'identity.signed-in' ? numberOf(payload, 'lastAt') : null;
}

function tell(event: Event, { entity, person }: PrivilegedActor, woke: { quietSince: number; wokeAt: number }): Detection {
  const days = Math.floor((woke.wokeAt - woke.quietSince) / DAY_MS);
  return detectionOf(dormantAdmin, {
    time: event.time,
    application: event.application,
    entities: [entity],
    reason: `${person === null ? 'a token' : 'a person'} without activity for ${days} days did this: ${described(event)}`,
    figures: { days, action: event.type },
    attacks: ATTACKS,
    evidence: [evidenceOf(event, described(event))],
    events: 1,
    answers: person === null ? [] : [{ answer: 'step-up', entity }],
  });
}
