import { evidenceSchema, type Detection } from '@holdfast/contract';
import { z } from 'zod';
import { distanceKm } from '../../../../platform/geo/distance.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { detectionOf, evidenceOf, lasted } from '../finding.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { carrierOf } from './whereabouts.ts';
import { SIGNED_IN_TYPES, signedInOf } from './signed-in.ts';
import { remembering } from './table-behaviour.ts';

const ATTACKS = ['t1078'];
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const VISITS_MAX = 5;
/** Two events of one second are no speed. */
const APART_MS_MIN = 1000;

export const impossibleTravel: BehaviourDefinition = {
  id: 'B3',
  title: 'Signed in from two places too far apart',
  summary:
    'One account signed in from two networks so far from each other that nobody travels between them in the time, from a device that had not signed in before. Countries count from their border, not from their middle.',
  severity: 'high',
  types: SIGNED_IN_TYPES,
  learningDays: 0,
  thresholds: [
    {
      name: 'distance',
      fallback: 500,
      unit: 'kilometres',
      min: 50,
      max: 10_000,
      detail: 'between the nearest points of both places',
    },
    { name: 'speed', fallback: 900, unit: 'km/h', min: 100, max: 10_000, detail: 'of an airliner' },
  ],
  create: (settings) =>
    remembering({ make: (): Visit[] => [], read: (saved) => visitsSchema.safeParse(saved).data ?? null }, (seen, memories) =>
      judge(seen, memories, settings),
    ),
};

const visitSchema = z.object({
  time: z.number(),
  address: z.string().max(64),
  carrier: z.string().max(64),
  country: z.string().max(2),
  latitude: z.number(),
  longitude: z.number(),
  radiusKm: z.number(),
  isHosting: z.boolean(),
  evidence: evidenceSchema,
});
const visitsSchema = z.array(visitSchema).max(VISITS_MAX);
type Visit = z.infer<typeof visitSchema>;

function judge(seen: WatchedEvent, memories: KeyedTable<Visit[]>, settings: BehaviourSettings): readonly Detection[] {
  const who = signedInOf(seen.event);
  if (who === null || settings.isExempt(who.address)) return [];
  const visit = visitOf(seen, who.address);
  if (visit === null) return [];
  memories.sweep((visits) => visits.every(({ time }) => time < visit.time - DAY_MS));
  const visits = memories.touch(`${seen.event.application ?? ''} ${who.account}`);
  const trip = who.isKnown ? null : tripTo(visit, visits, settings);
  remember(visits, visit);
  return trip === null ? [] : [tell(seen, who.account, trip)];
}

function visitOf({ event, place }: WatchedEvent, address: string): Visit | null {
  if (place?.at === null || place?.at === undefined || place.country === null) return null;
  const { country, at, kind } = place;
  const carrier = carrierOf(address, place);
  const summary = `signed in from ${address} (${country}, ${carrier})`;
  return {
    time: event.time,
    address,
    carrier,
    country,
    ...at,
    isHosting: kind === 'hosting',
    evidence: evidenceOf(event, summary),
  };
}

interface Trip {
  readonly from: Visit;
  readonly to: Visit;
  readonly km: number;
  readonly kmh: number;
  readonly apartMs: number;
}

/** The trip from the nearest visit in time that nobody can have made. A late event counts by when it happened. */
function tripTo(to: Visit, visits: readonly Visit[], settings: BehaviourSettings): Trip | null {
  for (const from of visits.toReversed()) {
    const apartMs = Math.max(Math.abs(to.time - from.time), APART_MS_MIN);
    if (apartMs > DAY_MS || from.carrier === to.carrier) continue;
    const km = distanceKm(from, to) - from.radiusKm - to.radiusKm;
    const kmh = km / (apartMs / HOUR_MS);
    if (km > settings.value('distance') && kmh > settings.value('speed')) return { from, to, km, kmh, apartMs };
  }
  return null;
}

function remember(visits: Visit[], visit: Visit): void {
  visits.push(visit);
  visits.sort((left, right) => left.time - right.time);
  if (visits.length > VISITS_MAX) visits.shift();
}

function tell({ event }: WatchedEvent, account: string, { from, to, km, kmh, apartMs }: Trip): Detection {
  const user = { kind: 'user' as const, value: account };
  const isRented = from.isHosting || to.isHosting;
  return detectionOf(impossibleTravel, {
    time: event.time,
    application: event.application,
    entities: [user, { kind: 'address', value: to.address }, { kind: 'address', value: from.address }],
    reason: `signed in from ${from.country} (${from.carrier}) and ${to.country} (${to.carrier}), at least ${Math.round(km)} km apart, within ${lasted(apartMs)}: ${Math.round(kmh)} km/h, from a device that is not known${isRented ? '; one is a network of servers, as of a VPN' : ''}`,
    figures: {
      kilometres: Math.round(km),
      kmh: Math.round(kmh),
      minutes: Math.round(apartMs / 60_000),
      from: from.country,
      to: to.country,
    },
    attacks: ATTACKS,
    evidence: [from.evidence, to.evidence],
    events: 2,
    answers: [{ answer: 'step-up', entity: user }],
    // A tunnel moves in no time, and many have one for good reasons.
    severity: isRented ? 'medium' : 'high',
  });
}
