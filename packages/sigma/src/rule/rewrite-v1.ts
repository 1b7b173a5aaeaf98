import type { SigmaCorrelation } from '../correlation/correlation.ts';
import { parseTimespan } from '../correlation/timespan.ts';
import type { SigmaRule } from './read-rule.ts';
import { nameOfEvents } from './v1.ts';

const HOUR_MS = 3_600_000;

/** A rule of Sigma 1 with `| count()` as the rule of its events and a correlation over them, which keeps the name. */
export function rewriteAggregation(rule: SigmaRule): readonly [SigmaRule, SigmaCorrelation] | readonly [SigmaRule] {
  const { aggregation, metadata, source, place } = rule;
  if (aggregation === null) return [rule];
  const name = nameOfEvents(metadata.id ?? `${source}:${place.line}`);
  const { field, groupBy, op, count } = aggregation;
  return [
    { ...rule, aggregation: null, metadata: { ...metadata, id: null, name } },
    {
      kind: 'correlation',
      metadata,
      type: field === null ? 'event_count' : 'value_count',
      rules: [name],
      groupBy,
      timespanMs: parseTimespan(aggregation.timespan) ?? HOUR_MS,
      aliases: new Map(),
      condition: { kind: 'bounds', bounds: [{ op, number: count }], fields: field === null ? [] : [field], percentile: null },
      generate: false,
      source,
      place,
    },
  ];
}
