import type { EventRecord } from '@holdfast/contract';
import type { Place } from '../../../platform/geo/places.ts';

/** An event as the detectors get it: with what is known of where it comes from. */
export interface WatchedEvent {
  readonly event: EventRecord;
  /** Null = not known, or the event is not about an address. */
  readonly place: Place | null;
}
