import type { Detection, EventRecord } from '@holdfast/contract';
import type { ReadPattern } from './formats/entry.ts';
import type { IntelParts } from './intel-parts.ts';
import { readContent, readSources } from './store/source-store.ts';
import { tablesOf, type SourceRow } from './store/tables.ts';
import { createPatternWatch, type ListedPattern, type PatternWatch } from './stix/watch/pattern-watch.ts';

/** Formats that can say more than values. */
const WITH_PATTERNS: ReadonlySet<string> = new Set(['stix', 'taxii']);

/** The patterns of all sources that are on, watched for in what passes here. */
export class PatternsInForce {
  readonly #parts: IntelParts;
  #watch: PatternWatch = createPatternWatch([]);
  #of = '[]';

  constructor(parts: IntelParts) {
    this.#parts = parts;
  }

  /** Never throws: what cannot be judged is no match. */
  observe(events: readonly EventRecord[]): readonly Detection[] {
    return this.#watch.watched === 0 ? [] : events.flatMap((event) => this.#watch.observe(event));
  }

  /** Takes what the sources say now, if it is something else. What was kept for patterns of several requests begins anew then. */
  async follow(): Promise<void> {
    const { db, run, log } = this.#parts;
    const rows = (await readSources(tablesOf(db))).filter(({ enabled, format }) => enabled && WITH_PATTERNS.has(format));
    const of = JSON.stringify(rows.map(({ id, content_digest: digest, confidence }) => [id, digest, confidence]));
    if (of === this.#of) return;
    const contents = await Promise.all(rows.map(async ({ id }) => readContent(tablesOf(db), id)));
    const lists = await run({ kind: 'patterns', contents });
    const all = lists.flatMap((list, index) => list.map((one) => listedBy(rows[index], one)));
    // The surest first: there is a bound.
    this.#watch = createPatternWatch(all.toSorted((a, b) => b.confidence - a.confidence));
    const left = all.length - this.#watch.watched;
    if (left > 0)
      log.warn({ patterns: all.length, left }, 'patterns are not watched for: requests cannot show them, or there are too many');
    this.#of = of;
  }
}

function listedBy(row: SourceRow | undefined, { id, pattern, ...said }: ReadPattern): ListedPattern {
  const { detail: name, confidence, firstSeenAt: validFrom, expiresAt: validUntil } = said;
  return { id, pattern, name, confidence: confidence ?? row?.confidence ?? 0, validFrom, validUntil };
}
