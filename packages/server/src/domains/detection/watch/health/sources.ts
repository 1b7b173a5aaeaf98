import type { EventRecord, WatchHealth } from '@holdfast/contract';

const SOURCES_MAX = 200;
/** What came more seldom has no usual gap. */
const EVENTS_MIN = 20;
const SILENT_TIMES = 4;
const SILENT_MIN_MS = 900_000;
/** The longest gap counts half after a day: a quiet weekend is not forgotten at once, and not for ever remembered. */
const HALF_LIFE_MS = 86_400_000;

interface Source {
  readonly application: string | null;
  readonly type: string;
  lastMs: number;
  longestMs: number;
  events: number;
}

/** Which applications send which events, and who of them has gone silent. */
export class Sources {
  readonly #sources = new Map<string, Source>();

  note({ application, type }: Pick<EventRecord, 'application' | 'type'>, nowMs: number): void {
    const key = `${application ?? ''}\n${type}`;
    const known = this.#sources.get(key);
    if (known === undefined) {
      if (this.#sources.size < SOURCES_MAX) this.#sources.set(key, { application, type, lastMs: nowMs, longestMs: 0, events: 1 });
      return;
    }
    const gapMs = nowMs - known.lastMs;
    // Thousands a second: the power is worth its price only where time has passed.
    if (gapMs > 0)
      known.longestMs = Math.max(gapMs, gapMs < 1000 ? known.longestMs : known.longestMs * 0.5 ** (gapMs / HALF_LIFE_MS));
    known.lastMs = nowMs;
    known.events += 1;
  }

  view(nowMs: number): WatchHealth['sources'] {
    return [...this.#sources.values()]
      .toSorted((a, b) => b.lastMs - a.lastMs)
      .map(({ application, type, lastMs, longestMs, events }) => ({
        application,
        type,
        lastAt: Math.round(lastMs),
        isSilent: events >= EVENTS_MIN && nowMs - lastMs > Math.max(SILENT_MIN_MS, longestMs * SILENT_TIMES),
      }));
  }
}
