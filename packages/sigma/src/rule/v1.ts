import { quote, type Findings } from '../diagnostic.ts';
import { parseTimespan } from '../correlation/timespan.ts';
import type { Yaml, YamlMap } from '../document/yaml-tree.ts';

/** `| count(field) by group > n` of Sigma 1, to be rewritten as a correlation. */
export interface Aggregation {
  readonly field: string | null;
  readonly groupBy: readonly string[];
  readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq';
  readonly count: number;
  readonly timespan: string;
}

const OPERATORS = new Map<string, Aggregation['op']>([
  ['>', 'gt'],
  ['>=', 'gte'],
  ['<', 'lt'],
  ['<=', 'lte'],
  ['=', 'eq'],
  ['==', 'eq'],
]);
const FORM = /^\s*count\s*\(\s*([\w.@/-]*)\s*\)\s*(?:by\s+([\w.@/, -]+?))?\s*(>=|<=|==|>|<|=)\s*(\d{1,12})\s*$/iu;
/** Sigma 1 left the period to the searching system; an hour is what most rules with a count have. */
const DEFAULT_TIMESPAN = '1h';

/**
 * Reads an aggregation behind a pipe. `count` is rewritten; `near`, `sum`, `min`, `max`, `avg` had no exact meaning of their own
 * and are refused by name.
 */
export function readAggregation(section: YamlMap, timeframe: Yaml | undefined, findings: Findings): Aggregation | null {
  const nodes = conditionsIn(section);
  const piped = nodes.find((node) => node.kind === 'scalar' && String(node.value).includes('|'));
  if (piped?.kind !== 'scalar') return null;
  if (nodes.length > 1) {
    findings.error('v1-aggregation', piped.place, 'an aggregation in one of several conditions');
    return null;
  }
  const text = String(piped.value);
  const behind = text.slice(text.indexOf('|') + 1);
  const timespan = timeframe?.kind === 'scalar' && timeframe.value !== null ? timeframe.source : DEFAULT_TIMESPAN;
  const read = behind.length > 500 ? null : parse(behind, timespan);
  if (read === null) {
    findings.error('v1-aggregation', piped.place, `${quote(behind.trim())}: write a correlation instead`);
    return null;
  }
  if (parseTimespan(timespan) === null) {
    findings.error('correlation-timespan', timeframe?.place ?? piped.place, `${quote(timespan)} is no timespan`);
    return null;
  }
  const type = read.field === null ? 'event_count' : 'value_count';
  findings.warn('v1-aggregation-rewritten', piped.place, `read as a correlation ${type} over ${timespan}`);
  return read;
}

function conditionsIn(section: YamlMap): readonly Yaml[] {
  const condition = section.entries.get('condition')?.value;
  if (condition === undefined) return [];
  return condition.kind === 'list' ? condition.items : [condition];
}

function parse(text: string, timespan: string): Aggregation | null {
  const match = FORM.exec(text);
  if (match === null) return null;
  const [, field = '', groups = '', sign = '', count = ''] = match;
  const op = OPERATORS.get(sign);
  if (op === undefined) return null;
  const groupBy = groups.split(/[\s,]+/u).filter((name) => name !== '' && name.toLowerCase() !== 'by');
  return { field: field === '' ? null : field, groupBy, op, count: Number(count), timespan };
}

/** How the rule for the events of an aggregation is called. */
export function nameOfEvents(id: string): string {
  return `v1:${id}`;
}
