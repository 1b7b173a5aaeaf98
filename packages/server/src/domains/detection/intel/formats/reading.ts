import type { IndicatorKind } from '@holdfast/contract';
import { DETAIL_CHARS_MAX, ENTRIES_MAX, NOT_READABLE, type ReadEntry, type ReadResult, type RefusedEntry } from './entry.ts';
import { detailText, normaliseIndicator } from './normalise.ts';

const REFUSED_TOLD_MAX = 1000;
const REFUSED_CHARS_MAX = 256;

/** What stands beside an indicator. */
export interface Beside {
  readonly confidence?: number | null;
  readonly firstSeenAt?: number | null;
  readonly expiresAt?: number | null;
  readonly detail?: string | null;
}

/** Entries as they are read, each once; what is none is refused and told, up to a number. */
export class Reading {
  readonly #entries = new Map<string, ReadEntry>();
  readonly #refused: RefusedEntry[] = [];

  add(kind: IndicatorKind | null, text: string, beside: Beside = {}): void {
    const found = normaliseIndicator(kind, text);
    if (found === null) return this.refuse(text, NOT_READABLE);
    if (this.#entries.size >= ENTRIES_MAX) return this.refuse(text, `more than ${ENTRIES_MAX} entries`);
    const { confidence = null, firstSeenAt = null, expiresAt = null, detail = null } = beside;
    const told = detail === null ? null : detailText(detail, DETAIL_CHARS_MAX);
    this.#entries.set(`${found.kind} ${found.value}`, { ...found, confidence, firstSeenAt, expiresAt, detail: told });
  }

  refuse(value: string, why: string): void {
    if (this.#refused.length < REFUSED_TOLD_MAX) this.#refused.push({ value: value.slice(0, REFUSED_CHARS_MAX), why });
  }

  result(): ReadResult {
    return { entries: [...this.#entries.values()], refused: this.#refused, isWhole: true, withdrawn: [] };
  }
}

/** The lines of a text, whatever ends them, without a copy of the whole. */
export function* linesOf(text: string): Generator<string> {
  let from = text.startsWith('\u{feff}') ? 1 : 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    yield text.slice(from, text.charCodeAt(to - 1) === 13 ? to - 1 : to);
    from = to + 1;
  }
}

/** `2026-01-02 03:04:05`, RFC 3339, or seconds since the epoch; null when it is no time. */
export function timeOf(text: unknown): number | null {
  if (typeof text !== 'string' && typeof text !== 'number') return null;
  const plain = String(text).trim();
  if (/^\d{9,10}$/u.test(plain)) return Number(plain) * 1000;
  if (!/^\d{4}-\d{2}-\d{2}/u.test(plain)) return null;
  // Feeds mean UTC where they say nothing.
  const spelled = plain.replace(' UTC', '').replace(' ', 'T');
  const time = Date.parse(/T.*(?:Z|[+-]\d{2}:?\d{2})$/u.test(spelled) || !spelled.includes('T') ? spelled : `${spelled}Z`);
  return Number.isNaN(time) || time < 0 ? null : time;
}

export function confidenceOf(text: unknown): number | null {
  const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : typeof text === 'number' ? text : Number.NaN;
  return Number.isFinite(number) && number >= 0 && number <= 100 ? Math.round(number) : null;
}
