import type { Place } from '../../../../platform/geo/places.ts';
import { networkOf } from '../source.ts';

/** What carries visitors of many places to us on purpose: which of them it was tells nothing (iCloud Private Relay, WARP). */
const RELAYS: ReadonlySet<number> = new Set([13335, 20940, 36183, 54113]);

/** The operator of a network where it is known, else the network itself. Text, as it stands in reasons. */
export function carrierOf(address: string, place: Place | null): string {
  const asn = place?.asn ?? null;
  if (asn === null) return networkOf(address);
  return RELAYS.has(asn) ? 'a relay' : `AS${asn}`;
}
