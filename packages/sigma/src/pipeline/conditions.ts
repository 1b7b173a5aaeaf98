import { LEVELS } from '../document/metadata.ts';
import { concerns } from '../engine/concerns.ts';
import { Regex } from '../regex/regex.ts';
import { itemsOf, type Item } from '../rule/detection.ts';
import { hasWildcard, showTokens } from '../value/tokens.ts';
import { compare, type Value } from '../value/value.ts';
import type { Draft, Progress } from './draft.ts';
import type { Params, Plain } from './params.ts';

export type RuleTest = (rule: Draft, progress: Progress) => boolean;
export type ItemTest = (item: Item, progress: Progress) => boolean;
export type FieldTest = (field: string | null, progress: Progress) => boolean;

const REGEX_STATES_MAX = 2000;
const FLAGS = { i: false, m: false, s: false } as const;

export function readRuleTest(params: Params): RuleTest | null {
  const type = params.needText('type');
  switch (type) {
    case 'logsource':
      return logsourceTest(params);
    case 'contains_field': {
      const field = params.needText('field');
      return (rule) => itemsIn(rule).some((item) => item.field === field);
    }
    case 'contains_detection_item': {
      const field = params.needText('field');
      const value = params.plain('value');
      return (rule) => itemsIn(rule).some((item) => item.field === field && item.values.some((one) => equals(one, value)));
    }
    case 'processing_item_applied': {
      const id = params.needText('processing_item_id');
      return (_rule, { applied }) => applied.has(id);
    }
    case 'processing_state':
      return stateTest(params);
    case 'is_sigma_rule':
      return (rule) => rule.kind === 'rule';
    case 'is_sigma_correlation_rule':
      return (rule) => rule.kind === 'correlation';
    case 'rule_attribute':
      return attributeTest(params);
    case 'tag': {
      const tag = params.needText('tag').toLowerCase();
      return (rule) => rule.metadata.tags.some((own) => own.toLowerCase() === tag);
    }
    default:
      params.fault(`the rule condition ${type} does not exist`);
      return null;
  }
}

export function readItemTest(params: Params): ItemTest | null {
  const type = params.needText('type');
  switch (type) {
    case 'match_string':
      return stringTest(params);
    case 'match_value': {
      const value = params.plain('value');
      return valuesTest(params, (one) => equals(one, value));
    }
    case 'contains_wildcard':
      return valuesTest(params, (one) => one.kind === 'text' && hasWildcard(one.tokens));
    case 'is_null':
      return valuesTest(params, (one) => one.kind === 'null');
    case 'processing_item_applied': {
      const id = params.needText('processing_item_id');
      return (item, { appliedToItem }) => appliedToItem.get(item)?.has(id) ?? false;
    }
    case 'processing_state': {
      const test = stateTest(params);
      return (_item, progress) => test(null, progress);
    }
    default:
      params.fault(`the detection item condition ${type} does not exist`);
      return null;
  }
}

export function readFieldTest(params: Params): FieldTest | null {
  const type = params.needText('type');
  switch (type) {
    case 'include_fields':
      return fieldsTest(params);
    case 'exclude_fields': {
      const test = fieldsTest(params);
      return (field, progress) => !test(field, progress);
    }
    case 'processing_item_applied': {
      const id = params.needText('processing_item_id');
      return (field, { appliedToField }) => field !== null && (appliedToField.get(field)?.has(id) ?? false);
    }
    case 'processing_state': {
      const test = stateTest(params);
      return (_field, progress) => test(null, progress);
    }
    default:
      params.fault(`the field name condition ${type} does not exist`);
      return null;
  }
}

function itemsIn(rule: Draft): readonly Item[] {
  return rule.kind === 'rule' ? [...rule.detections.identifiers.values()].flatMap((detection) => [...itemsOf(detection)]) : [];
}

function logsourceTest(params: Params): RuleTest {
  const part = (name: string): Record<string, string> => {
    const text = params.text(name);
    return text === null ? {} : { [name]: text.toLowerCase() };
  };
  const wanted = { ...part('category'), ...part('product'), ...part('service') };
  return (rule) => rule.kind === 'rule' && concerns(wanted, [rule.logsource]);
}

function stateTest(params: Params): (rule: unknown, progress: Progress) => boolean {
  const key = params.needText('key');
  const wanted = params.needText('val');
  const isEqual = params.oneOf('op', ['eq', 'ne']) === 'eq';
  return (_rule, { state }) => (state.get(key) === wanted) === isEqual;
}

const OPERATORS = ['eq', 'ne', 'gte', 'gt', 'lte', 'lt', 'in', 'not_in'] as const;

function attributeTest(params: Params): RuleTest {
  const attribute = params.needText('attribute');
  const wanted = params.needText('value');
  const op = params.oneOf('op', OPERATORS);
  return (rule, progress) => {
    const own = attributeOf(rule, attribute) ?? progress.attributes.get(attribute) ?? null;
    if (own === null) return false;
    if (Array.isArray(own)) return op === 'in' ? own.includes(wanted) : op === 'ne' || (op === 'not_in' && !own.includes(wanted));
    const text = String(own);
    if (op === 'eq' || op === 'in') return text === wanted;
    if (op === 'ne' || op === 'not_in') return text !== wanted;
    const [left, right] =
      attribute === 'level' ? [LEVELS.indexOf(text as 'low'), LEVELS.indexOf(wanted as 'low')] : [orderOf(text), orderOf(wanted)];
    return left !== null && right !== null && compare(left, op, right);
  };
}

/** Numbers by size, dates by day. */
function orderOf(text: string): number | null {
  const number = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(text) : Number(text);
  return Number.isNaN(number) ? null : number;
}

function attributeOf({ metadata }: Draft, name: string): string | readonly string[] | null {
  const known = new Map<string, string | readonly string[] | null>(
    Object.entries({ ...metadata, related: null, falsepositives: metadata.falsePositives }),
  );
  return known.get(name) ?? null;
}

function valuesTest(params: Params, test: (value: Value) => boolean): ItemTest {
  const isAll = params.oneOf('cond', ['any', 'all']) === 'all';
  return ({ values }) => (isAll ? values.every((value) => test(value)) : values.some((value) => test(value)));
}

/** `re.match` of Python: from the beginning of the text. */
export function fromStart(source: string): Regex {
  return new Regex(`^(?:${source})`, FLAGS, REGEX_STATES_MAX);
}

function stringTest(params: Params): ItemTest | null {
  const regex = params.regex(params.needText('pattern'), fromStart);
  const isNegated = params.flag('negate');
  if (regex === null) return null;
  return valuesTest(params, (value) => (value.kind === 'text' && regex.test(showTokens(value.tokens))) !== isNegated);
}

function fieldsTest(params: Params): FieldTest {
  const fields = params.needTexts('fields');
  if (params.oneOf('mode', ['plain', 're']) === 'plain') return (field) => field !== null && fields.includes(field);
  const patterns = fields.map((source) => params.regex(source, fromStart));
  return (field) => field !== null && patterns.some((pattern) => pattern?.test(field) ?? false);
}

function equals(value: Value, plain: Plain): boolean {
  if (value.kind === 'text') return typeof plain === 'string' && showTokens(value.tokens) === plain;
  if (value.kind === 'number') return value.number === plain;
  if (value.kind === 'boolean') return value.boolean === plain;
  return value.kind === 'null' && plain === null;
}
