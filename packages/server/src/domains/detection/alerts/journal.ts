import { requestCompleted, type Detection, type EventRecord } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { sortedJson } from '../../applications/index.ts';
import type { Hashed } from './fold.ts';

/** As many plain allowed requests as the ledger remembers, so these are the same objects and cost a pointer. */
const EVENTS_MAX = 20_000;
const CLIENTS_MAX = 200_000;
const HOUR_MS = 3_600_000;

/** What happened lately: the events that an alert may name, and who came. On the path of every event, so it only keeps. */
export interface Journal {
  add(event: EventRecord): void;
  /** Each event behind it with the hash that it has, as long as it is known. */
  hashed(found: Detection): Hashed;
  /** Addresses that sent a request within the hour, as far as there is room. */
  clients(now: number): string[];
  forget(isSubject: (subject: string) => boolean): void;
}

/** SHA-256 of the event as it was judged: keys sorted (RFC 8785 §3.2.3), no whitespace. */
export const hashOf = (event: EventRecord): string => createHash('sha256').update(sortedJson(event)).digest('hex');

export function createJournal(): Journal {
  const byId = new Map<string, EventRecord>();
  /** In the order of arrival. A map alone would be walked over everything already gone to find its oldest entry. */
  const ring: (string | undefined)[] = Array.from({ length: EVENTS_MAX });
  let next = 0;
  /** Oldest first: who comes again moves to the end. */
  const seenAt = new Map<string, number>();
  const oldest = (map: ReadonlyMap<string, unknown>): string | undefined => map.keys().next().value;
  return {
    add(event) {
      if (!byId.has(event.id)) {
        byId.delete(ring[next] ?? '');
        ring[next] = event.id;
        next = (next + 1) % EVENTS_MAX;
      }
      byId.set(event.id, event);
      const { address } = event.payload;
      if (event.type !== requestCompleted.type || typeof address !== 'string') return;
      seenAt.delete(address);
      seenAt.set(address, event.time);
      if (seenAt.size > CLIENTS_MAX) seenAt.delete(oldest(seenAt) ?? '');
    },
    hashed: (found) => ({
      ...found,
      evidence: found.evidence.map((one) => {
        const event = byId.get(one.event);
        return { ...one, hash: event === undefined ? null : hashOf(event) };
      }),
    }),
    clients(now) {
      for (const [address, at] of seenAt) {
        if (at > now - HOUR_MS) break;
        seenAt.delete(address);
      }
      return [...seenAt.keys()];
    },
    forget(isSubject) {
      for (const [id, { subject }] of byId) if (subject !== null && isSubject(subject)) byId.delete(id);
      for (const address of seenAt.keys()) if (isSubject(address)) seenAt.delete(address);
    },
  };
}
