import { evidenceSchema, type EventRecord } from '@holdfast/contract';
import { z } from 'zod';
import { textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import { evidenceOf } from '../finding.ts';
import { agentFamily } from './client.ts';
import { carrierOf } from './whereabouts.ts';

/** Changes further apart than this are moves, not two at once. */
export const WINDOW_MS = 5 * 60_000;
const USES_MAX = 24;

const useSchema = z.object({
  /** When it was used like this last. */
  time: z.number(),
  address: z.string().max(64),
  carrier: z.string().max(64),
  country: z.string().max(2).nullable(),
  tlsKey: z.string().max(32).nullable(),
  agent: z.string().max(128).nullable(),
  evidence: evidenceSchema,
});
/** One way in which a session was used. */
export type Use = z.infer<typeof useSchema>;
export type Sighting = Omit<Use, 'evidence'>;

const trailSchema = z.object({ uses: z.array(useSchema).max(USES_MAX), told: z.number(), toldAt: z.number() });
/** How one session was used in the last minutes, in the order of time; the same way in a row is one. */
export interface Trail {
  uses: Use[];
  told: number;
  toldAt: number;
}

export const readTrail = (saved: unknown): Trail | null => trailSchema.safeParse(saved).data ?? null;

const AGENT_MAX = 128;

/** Null for what names no source. */
export function sightingOf({ event, place }: WatchedEvent): Sighting | null {
  const { payload, time } = event;
  const address = textOf(payload, 'address');
  if (address === null) return null;
  const agent = agentFamily(textOf(payload, 'userAgent') ?? '')?.slice(0, AGENT_MAX) ?? null;
  const country = place?.country ?? null;
  return { time, address, carrier: carrierOf(address, place), country, tlsKey: textOf(payload, 'tlsKey'), agent };
}

export function useOf(sighting: Sighting, { payload, ...event }: EventRecord): Use {
  const { address, carrier, agent } = sighting;
  const what = `${textOf(payload, 'method') ?? ''} ${textOf(payload, 'route') ?? ''}`;
  const summary = `${what} from ${address} (${carrier}), ${agent ?? 'no agent'}`;
  return { ...sighting, evidence: evidenceOf({ payload, ...event }, summary) };
}

export const isAlike = (left: Sighting, right: Sighting): boolean =>
  left.address === right.address && left.tlsKey === right.tlsKey && left.agent === right.agent;

/** Late events take their place. */
export function remember(trail: Trail, use: Use): void {
  const { uses } = trail;
  const last = uses.at(-1);
  if (last !== undefined && use.time >= last.time && isAlike(last, use)) last.time = use.time;
  else {
    uses.push(use);
    if (last !== undefined && use.time < last.time) uses.sort((left, right) => left.time - right.time);
  }
  const since = (uses.at(-1)?.time ?? 0) - WINDOW_MS;
  while (uses.length > USES_MAX || (uses[0] !== undefined && uses[0].time < since)) uses.shift();
}
