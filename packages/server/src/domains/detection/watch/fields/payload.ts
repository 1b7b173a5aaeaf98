import type { EventRecord } from '@holdfast/contract';

type Payload = EventRecord['payload'];

/** The text of a field; null where it has none, or one of another kind. */
export function textOf(payload: Payload, name: string): string | null {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberOf(payload: Payload, name: string): number | null {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
