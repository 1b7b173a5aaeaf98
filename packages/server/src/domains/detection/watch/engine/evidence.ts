import { requestCompleted, type EventRecord, type Evidence } from '@holdfast/contract';
import { decodeOnce } from '../fields/decode-once.ts';
import { numberOf, textOf } from '../fields/payload.ts';

const SUMMARY_MAX = 300;
const ADDRESS_MAX = 130;

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/** One event as a detection shows it. */
export function evidenceOf(event: EventRecord): Evidence {
  const { id, type, time, requestId, outcome } = event;
  return { event: id, type, time, requestId, outcome, summary: cut(summaryOf(event), SUMMARY_MAX) };
}

function summaryOf(event: EventRecord): string {
  const { type, payload, outcome } = event;
  if (type === requestCompleted.type) {
    const { raw, decoded } = addressOf(event);
    // Both: what was sent, and what the words in it mean.
    const plain = decoded === raw ? '' : ` (${cut(decoded, ADDRESS_MAX)})`;
    return `${textOf(payload, 'method') ?? '?'} ${cut(raw, ADDRESS_MAX)}${plain} ${numberOf(payload, 'status') ?? '-'}`;
  }
  const cause = textOf(payload, 'cause') ?? event.reason;
  return `${type} ${outcome}${cause === null ? '' : `: ${cause}`}`;
}

/** Path and query of a request as sent, and decoded once. */
export function addressOf({ payload }: Pick<EventRecord, 'payload'>): { readonly raw: string; readonly decoded: string } {
  const path = textOf(payload, 'path') ?? '/';
  const query = textOf(payload, 'query');
  if (query === null) return { raw: path, decoded: decodeOnce(path) };
  return { raw: `${path}?${query}`, decoded: `${decodeOnce(path)}?${decodeOnce(query, { plus: true })}` };
}
