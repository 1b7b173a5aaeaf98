import { Findings, NOWHERE, quote, type Diagnostic } from '../diagnostic.ts';
import { mapOf } from '../document/fields.ts';
import { readYaml } from '../document/yaml.ts';
import type { Yaml, YamlMap } from '../document/yaml-tree.ts';
import { DEFAULT_LIMITS, type SigmaLimits } from '../limits.ts';
import { ConditionError, identifiersOf, parseCondition } from '../rule/condition.ts';
import type { Condition } from '../rule/detection.ts';
import { readFieldTest, readItemTest, readRuleTest, type FieldTest, type ItemTest, type RuleTest } from './conditions.ts';
import { readFieldTransformation } from './fields.ts';
import { readItemTransformation } from './items.ts';
import { Params } from './params.ts';
import { readPlaceholderTransformation } from './placeholders.ts';
import { readRuleTransformation } from './rules.ts';
import type { Transformation } from './transformation.ts';
import { readValueTransformation } from './values.ts';

/** Tests joined by and, or, or an expression over their names. */
export interface Tests<Test> {
  readonly tests: ReadonlyMap<string, Test>;
  readonly condition: Condition | null;
  readonly isAny: boolean;
  readonly isNegated: boolean;
}

export interface PipelineItem {
  readonly id: string | null;
  readonly rule: Tests<RuleTest>;
  readonly item: Tests<ItemTest>;
  readonly field: Tests<FieldTest>;
  readonly does: Transformation | { readonly level: 'nest'; readonly items: readonly PipelineItem[] };
}

/** A processing pipeline in the format of pySigma. */
export interface Pipeline {
  readonly name: string;
  /** Lower ones come first. */
  readonly priority: number;
  readonly vars: ReadonlyMap<string, readonly string[]>;
  readonly items: readonly PipelineItem[];
}

/** Transformations that make a query, or ask a program or a server: none of these is for rules that are evaluated. */
const REFUSED = new Set(['query_expression_placeholders', 'http_placeholders', 'command_placeholders']);
const NESTING_MAX = 8;

export interface PipelineResult {
  /** Null when there is an error among the diagnostics. */
  readonly pipeline: Pipeline | null;
  readonly diagnostics: readonly Diagnostic[];
}

export function readPipeline(text: string, name: string, limits: SigmaLimits = DEFAULT_LIMITS): PipelineResult {
  const [document, ...others] = readYaml(text, name, limits);
  const findings = document?.findings ?? new Findings(name, 0);
  if (others.length > 0) findings.error('pipeline-invalid', NOWHERE, 'a pipeline is one document');
  const root = document?.root ?? null;
  if (root?.kind !== 'map' && !findings.hasErrors) findings.error('pipeline-invalid', NOWHERE, 'a pipeline is a map');
  const pipeline = root?.kind === 'map' ? readRoot(new Params(root, findings), name) : null;
  return { pipeline: findings.hasErrors ? null : pipeline, diagnostics: findings.list };
}

function readRoot(params: Params, name: string): Pipeline {
  const { map, findings } = params;
  if (map.entries.has('postprocessing') || map.entries.has('finalizers')) {
    findings.warn('pipeline-unsupported', map.place, 'postprocessing and finalizers change queries; there are none here');
  }
  const priority = Number(params.text('priority') ?? '0');
  if (Number.isNaN(priority)) params.fault('priority is a number');
  const vars = map.entries.has('vars') ? params.mapping('vars') : new Map<string, readonly string[]>();
  const items = readItems(params.value('transformations'), findings, 0);
  return { name: params.text('name') ?? name, priority, vars, items };
}

function readItems(value: Yaml | null, findings: Findings, depth: number): readonly PipelineItem[] {
  if (value === null) return [];
  if (value.kind !== 'list' || depth > NESTING_MAX) {
    findings.error('pipeline-invalid', value.place, depth > NESTING_MAX ? 'nested too deep' : 'transformations are a list');
    return [];
  }
  return value.items.flatMap((item) => {
    if (item.kind === 'map') return readItem(item, findings, depth) ?? [];
    findings.error('pipeline-invalid', item.place, 'a transformation is a map');
    return [];
  });
}

function readItem(map: YamlMap, findings: Findings, depth: number): PipelineItem | null {
  const params = new Params(map, findings);
  const type = params.needText('type');
  const does =
    type === 'nest'
      ? { level: 'nest' as const, items: readItems(params.value('items'), findings, depth + 1) }
      : readTransformation(type, params);
  const rule = readTests(params, 'rule', readRuleTest);
  const item = readTests(params, 'detection_item', readItemTest);
  const field = readTests(params, 'field_name', readFieldTest);
  return does === null ? null : { id: params.text('id'), rule, item, field, does };
}

function readTransformation(type: string, params: Params): Transformation | null {
  if (REFUSED.has(type)) {
    params.unsupported(`${type} makes a query or asks the outside world`);
    return null;
  }
  const found =
    readFieldTransformation(type, params) ??
    readItemTransformation(type, params) ??
    readValueTransformation(type, params) ??
    readPlaceholderTransformation(type, params) ??
    readRuleTransformation(type, params);
  if (found === null && !params.findings.hasErrors) params.fault(`the transformation ${quote(type)} does not exist`);
  return found;
}

function readTests<Test>(params: Params, kind: string, read: (params: Params) => Test | null): Tests<Test> {
  const { findings, map } = params;
  const value = map.entries.get(`${kind}_conditions`)?.value;
  const tests = new Map<string, Test>();
  const named: (readonly [string, Yaml])[] =
    value?.kind === 'list'
      ? value.items.map((item, index) => [String(index), item])
      : [...(value === undefined ? [] : (mapOf(map, `${kind}_conditions`, findings)?.entries ?? []))].map(([name, entry]) => [
          name,
          entry.value,
        ]);
  for (const [name, item] of named) {
    const test = item.kind === 'map' ? read(new Params(item, findings)) : null;
    if (item.kind !== 'map') findings.error('pipeline-invalid', item.place, 'a condition is a map');
    if (test !== null) tests.set(name, test);
  }
  const condition = readExpression(params, `${kind}_cond_expr`, tests);
  return {
    tests,
    condition,
    isAny: params.oneOf(`${kind}_cond_op`, ['and', 'or']) === 'or',
    isNegated: params.flag(`${kind}_cond_not`),
  };
}

function readExpression(params: Params, name: string, tests: ReadonlyMap<string, unknown>): Condition | null {
  const text = params.text(name);
  if (text === null) return null;
  try {
    const condition = parseCondition(text, DEFAULT_LIMITS.conditionTokensMax);
    const unknown = [...identifiersOf(condition)].find((identifier) => !tests.has(identifier));
    if (unknown === undefined) return condition;
    params.fault(`${quote(unknown)} is no condition here`);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    params.fault(error.message);
  }
  return null;
}
