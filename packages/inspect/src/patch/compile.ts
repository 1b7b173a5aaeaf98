import { RULE_GROUPS } from '../types.ts';
import { compileConstraint, type Constraint } from './constraint.ts';
import { partsOfParameter, type NameParts } from './names.ts';
import { createRouteTable, routeSegments } from './routes.ts';
import type { PatchFault, PatchRule } from './types.ts';

const ROUTE_CHARS_MAX = 2_048;
const PARAMETER_CHARS_MAX = 256;
const METHOD = /^(?:[A-Z]{1,16}|\*)$/u;
const SEGMENT_NUMBER = /^[1-9]\d{0,2}$/u;
/** Below this everything with a quote in it would count, above it the engine's own bar is lower. */
export const PATCH_CONFIDENCE_MIN = 0.3;
export const PATCH_CONFIDENCE_MAX = 0.95;
const KNOWN: ReadonlySet<string> = new Set(RULE_GROUPS);

/** A rule made ready for the request path: no regular expression of anybody's making, and every name taken apart. */
export interface CompiledPatch<Rule extends PatchRule = PatchRule> {
  readonly rule: Rule;
  /** Null = every parameter of the location. */
  readonly parts: NameParts | null;
  readonly constraint: Constraint | null;
}

export type PatchCompileResult<Rule extends PatchRule = PatchRule> =
  | { readonly kind: 'compiled'; readonly patch: CompiledPatch<Rule> }
  | { readonly kind: 'refused'; readonly faults: readonly PatchFault[] };

/**
 * Reads one rule. What cannot be held to is named, never guessed at.
 *
 * @example compilePatch({ id: '1', method: 'GET', route: '/search', location: 'query', parameter: 'q', match: { kind: 'absent' } })
 */
export function compilePatch<Rule extends PatchRule>(rule: Rule): PatchCompileResult<Rule> {
  const faults: PatchFault[] = [];
  checkPlace(rule, faults);
  const { match, location, parameter } = rule;
  if (match.kind === 'attack') checkAttack(match, faults);
  const constraint = match.kind === 'constraint' ? compileConstraint(match, faults) : null;
  if (faults.length > 0) return { kind: 'refused', faults };
  const parts = location === null || parameter === null ? null : partsOfParameter(location, parameter);
  return { kind: 'compiled', patch: { rule, parts, constraint } };
}

/** An attack is one wherever it stands; a value is right or wrong in its own place only. */
function checkAnywhere({ match, parameter }: Pick<PatchRule, 'match' | 'parameter'>, faults: PatchFault[]): void {
  if (match.kind !== 'attack') faults.push({ pointer: '/location', detail: 'is missing' });
  if (parameter !== null) faults.push({ pointer: '/parameter', detail: 'is one of a location, and none is named' });
}

function checkPlace({ method, route, location, parameter, match }: PatchRule, faults: PatchFault[]): void {
  if (!METHOD.test(method)) faults.push({ pointer: '/method', detail: 'must be a method in capitals, or *' });
  if (!route.startsWith('/') || route.length > ROUTE_CHARS_MAX)
    faults.push({ pointer: '/route', detail: `must begin with / and have at most ${ROUTE_CHARS_MAX} characters` });
  if (match.kind === 'deny') {
    if (location !== null) faults.push({ pointer: '/location', detail: 'a closed route has no location' });
    if (parameter !== null) faults.push({ pointer: '/parameter', detail: 'a closed route has no parameter' });
    return;
  }
  if (location === null) checkAnywhere({ match, parameter }, faults);
  if (parameter !== null && parameter.length > PARAMETER_CHARS_MAX)
    faults.push({ pointer: '/parameter', detail: `longer than ${PARAMETER_CHARS_MAX} characters` });
  if (location !== 'path' || parameter === null) return;
  if (!SEGMENT_NUMBER.test(parameter) || Number(parameter) > routeSegments(route).length)
    faults.push({ pointer: '/parameter', detail: 'must be the number of a segment of the route; the first is 1' });
}

function checkAttack({ groups, confidence }: Extract<PatchRule['match'], { kind: 'attack' }>, faults: PatchFault[]): void {
  if (groups.length === 0 || groups.some((group) => !KNOWN.has(group)))
    faults.push({ pointer: '/match/groups', detail: `must be some of ${RULE_GROUPS.join(', ')}` });
  if (!(confidence >= PATCH_CONFIDENCE_MIN && confidence <= PATCH_CONFIDENCE_MAX))
    faults.push({ pointer: '/match/confidence', detail: `must be from ${PATCH_CONFIDENCE_MIN} to ${PATCH_CONFIDENCE_MAX}` });
}

/** All rules of one application, by route. */
export interface PatchTable<Rule extends PatchRule = PatchRule> {
  find(method: string, path: string): readonly CompiledPatch<Rule>[];
  /** Rules that could not be read. */
  readonly refused: readonly string[];
  readonly size: number;
}

/** Cost of a look-up grows with the depth of the path, not with the number of rules. */
export function compilePatches<Rule extends PatchRule>(rules: readonly Rule[]): PatchTable<Rule> {
  const table = createRouteTable<CompiledPatch<Rule>>();
  const refused: string[] = [];
  for (const rule of rules) {
    const result = compilePatch(rule);
    if (result.kind === 'compiled') table.add(rule.route, result.patch);
    else refused.push(rule.id);
  }
  return {
    find: (method, path) => table.find(routeSegments(path)).filter(({ rule }) => isForMethod(rule.method, method)),
    refused,
    size: rules.length - refused.length,
  };
}

/** Whoever answers GET answers HEAD with the same code (RFC 9110 §9.3.2). */
function isForMethod(wanted: string, method: string): boolean {
  return wanted === '*' || wanted === method || (wanted === 'GET' && method === 'HEAD');
}
