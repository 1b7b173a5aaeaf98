import type { Logsource } from '../document/metadata.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { itemsOf, mapItems, type Condition, type Detection, type Item } from '../rule/detection.ts';
import { readDetection } from '../rule/read-detection.ts';
import { Refused, type Draft } from './draft.ts';
import type { Params } from './params.ts';
import type { Transformation } from './transformation.ts';
import { changedTokens } from './values.ts';

type Apply = Extract<Transformation, { level: 'rule' }>['apply'];

/** Transformations of whole rules by their type; null when the type is none of them. */
export function readRuleTransformation(type: string, params: Params): Transformation | null {
  const apply = applyOf(type, params);
  return apply === null ? null : { level: 'rule', apply };
}

function applyOf(type: string, params: Params): Apply | null {
  switch (type) {
    case 'add_condition':
      return addCondition(params);
    case 'change_logsource':
      return changeLogsource(params);
    case 'add_field':
    case 'remove_field':
    case 'set_field':
      return changeFields(type, params);
    case 'set_state':
    case 'set_custom_attribute':
      return setAttribute(type, params);
    case 'rule_failure': {
      const message = params.needText('message');
      return () => {
        throw new Refused(message);
      };
    }
    case 'strict_field_mapping_failure':
      return strictMapping;
    default:
      return null;
  }
}

function changeLogsource(params: Params): Apply {
  const logsource: { -readonly [Key in keyof Logsource]: string } = {};
  for (const name of ['category', 'product', 'service'] as const) {
    const text = params.text(name);
    if (text !== null) logsource[name] = text.toLowerCase();
  }
  return (rule) => (rule.kind === 'rule' ? { ...rule, logsource } : rule);
}

function changeFields(type: 'add_field' | 'remove_field' | 'set_field', params: Params): Apply {
  const given = params.needTexts(type === 'set_field' ? 'fields' : 'field');
  const change = (fields: readonly string[]): readonly string[] => {
    if (type === 'set_field') return given;
    return type === 'add_field' ? [...fields, ...given] : fields.filter((field) => !given.includes(field));
  };
  return (rule) => ({ ...rule, metadata: { ...rule.metadata, fields: change(rule.metadata.fields) } });
}

function setAttribute(type: 'set_state' | 'set_custom_attribute', params: Params): Apply {
  const [name, value] =
    type === 'set_state'
      ? [params.needText('key'), params.needText('val')]
      : [params.needText('attribute'), params.needText('value')];
  return (rule, progress) => {
    (type === 'set_state' ? progress.state : progress.attributes).set(name, value);
    return rule;
  };
}

/** Adds a selection of fields and values, joined with `and`; `$category`, `$product`, `$service` are those of the rule. */
function addCondition(params: Params): Apply {
  const section = params.value('conditions');
  const detection =
    section?.kind === 'map' ? readDetection(section, { findings: params.findings, limits: DEFAULT_LIMITS }) : null;
  if (detection === null) params.fault("'conditions' is a map of fields and values");
  const isTemplate = params.flag('template');
  const isNegated = params.flag('negated');
  const given = params.text('name');
  return (rule) => {
    if (rule.kind !== 'rule' || detection === null) return rule;
    const filled = isTemplate ? mapItems(detection, (item) => filledItem(item, rule.logsource)) : detection;
    if (filled === null) return rule;
    const name = given ?? `_added${rule.detections.identifiers.size}`;
    const identifiers = new Map<string, Detection>([...rule.detections.identifiers, [name, filled]]);
    const added: Condition = isNegated ? { kind: 'not', part: { kind: 'identifier', name } } : { kind: 'identifier', name };
    const joined = rule.detections.conditions.map((condition): Condition => ({ kind: 'all', parts: [added, condition] }));
    return { ...rule, detections: { identifiers, conditions: joined } };
  };
}

function filledItem(item: Item, logsource: Logsource): Item {
  const fill = (text: string): string =>
    text.replaceAll(
      /\$\{?(category|product|service)\}?/gu,
      (_, part: 'category' | 'product' | 'service') => logsource[part] ?? '',
    );
  return {
    ...item,
    values: item.values.map((value) => (value.kind === 'text' ? { ...value, tokens: changedTokens(value.tokens, fill) } : value)),
  };
}

const strictMapping: Apply = (rule, { mapped }): Draft => {
  if (rule.kind !== 'rule') return rule;
  const items = [...rule.detections.identifiers.values()].flatMap((detection) => [...itemsOf(detection)]);
  const unmapped = new Set(items.flatMap(({ field }) => (field === null || mapped.has(field) ? [] : [field])));
  if (unmapped.size > 0) throw new Refused(`fields without a mapping: ${[...unmapped].join(', ')}`);
  return rule;
};
