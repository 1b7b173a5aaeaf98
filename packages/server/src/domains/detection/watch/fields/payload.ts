import type { EventRecord } from '@holdfast/contract';

type Payload = EventRecord['payload'];

/**
 * The text of a field; null where it has none, or one of another kind. Names are ours, and nothing that a prototype has is text
 * or a number: whether the payload owns the field need not be asked, which is asked thirty times for each event.
 */
export function textOf(payload: Payload, name: string): string | null {
  const value = payload[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberOf(payload: Payload, name: string): number | null {
  const value = payload[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
