import type { EventRecord, RuleExplained } from '@holdfast/contract';
import { compile, explain, type Explained, type ExplainedItem, type SigmaDocument, type SigmaRule } from '@holdfast/sigma';
import { Refusal } from '../../../platform/refusal.ts';
import { toSigmaEvent } from '../watch/fields/sigma-event.ts';

const ITEMS_MAX = 500;
const WORDS_MAX = 500;
const VALUES_SHOWN = 20;

const cut = (text: string, chars: number): string => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);

/** The rule as it is matched: with its filters, and of a count of Sigma 1 the rule for its events. */
export function asMatched(document: SigmaDocument, filters: readonly SigmaDocument[]): SigmaRule {
  if (document.kind === 'correlation')
    throw notAlone(`it counts what other rules find: ${document.rules.slice(0, 8).join(', ')}`);
  if (document.kind === 'filter') throw notAlone('a filter finds nothing by itself');
  const { ruleset } = compile([document, ...filters]);
  const rule = ruleset?.rules[0] ?? ruleset?.waiting[0];
  if (rule === undefined) throw notAlone('it cannot be matched as it stands');
  return rule;
}

const notAlone = (detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer: '/rule', detail }] });

/** Of several events of one request, the one that the rule matches, or is for at least. */
export function explainEvents(
  { id, rule }: { readonly id: string; readonly rule: SigmaRule },
  events: readonly EventRecord[],
): RuleExplained {
  const explained = events.map((event) => ({ event, told: explain(rule, toSigmaEvent(event)) }));
  const best = explained.find(({ told }) => told.matches) ?? explained.find(({ told }) => told.concerns) ?? explained[0];
  if (best === undefined) throw new Refusal('request-unknown');
  const { event, told } = best;
  const decisive = new Set(told.decisive);
  return {
    rule: id,
    requestId: event.requestId,
    event: event.type,
    matches: told.matches,
    routed: told.concerns,
    condition: cut(conditionText(told.condition), 2000),
    items: [...itemsIn(told.condition, '')].slice(0, ITEMS_MAX).map(({ identifier, item }) => ({
      identifier: cut(identifier, 128),
      field: item.field === null ? null : cut(item.field, 128),
      wants: wantsText(item),
      has: item.found.length === 0 ? null : cut(item.found.map(String).join('  |  '), WORDS_MAX),
      holds: item.holds,
      decisive: decisive.has(item),
      line: item.place.line,
    })),
  };
}

function* itemsIn(explained: Explained, identifier: string): Generator<{ identifier: string; item: ExplainedItem }> {
  if (explained.kind === 'item') yield { identifier, item: explained };
  else if (explained.kind === 'identifier') yield* itemsIn(explained.part, explained.name);
  else if (explained.kind === 'not') yield* itemsIn(explained.part, identifier);
  else for (const part of explained.parts) yield* itemsIn(part, identifier);
}

/** As a condition is written, each name with its answer. */
function conditionText(explained: Explained): string {
  switch (explained.kind) {
    case 'item':
      return explained.field ?? 'keywords';
    case 'identifier':
      return `${explained.name} (${explained.holds ? 'yes' : 'no'})`;
    case 'not':
      return `not ${conditionText(explained.part)}`;
    case 'all':
    case 'any':
      break;
  }
  const parts = explained.parts.map((part) =>
    part.kind === 'all' || part.kind === 'any' ? `(${conditionText(part)})` : conditionText(part),
  );
  return parts.join(explained.kind === 'all' ? ' and ' : ' or ');
}

function wantsText({ modifiers, values, isAll, isNegated }: ExplainedItem): string {
  const shown = values.slice(0, VALUES_SHOWN).map(({ value, holds }) => (holds && values.length > 1 ? `${value} (yes)` : value));
  const more = values.length > VALUES_SHOWN ? [`and ${values.length - VALUES_SHOWN} more`] : [];
  const how = modifiers.filter((modifier) => modifier !== 'all').join(' ');
  const words = [isNegated ? 'not' : '', how, values.length > 1 ? (isAll ? 'all of' : 'any of') : ''].filter(
    (word) => word !== '',
  );
  return cut([...words, [...shown, ...more].join(', ')].join(' '), WORDS_MAX);
}
