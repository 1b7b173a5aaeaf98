import { RULE_GROUPS, type ExceptionProposal, type RecordedFinding, type RuleGroup } from '@holdfast/contract';
import { routeOf } from '../../../platform/http/fold-route.ts';

/** The gateway indexes exceptions by route; more than this is not tuning any more. */
export const EXCEPTIONS_MAX = 10_000;
const PROPOSALS_MAX = 16;

/** Paths in events are cut here (contract: request.completed), so a path of this length may be only the beginning of one. */
const PATH_CUT = 512;

/** `sqli.boolean` -> `sqli`; null for a rule of no known group. */
export function groupOf(rule: string): RuleGroup | 'schema' | null {
  const name = rule.slice(0, rule.indexOf('.'));
  return name === 'schema' ? name : (RULE_GROUPS.find((group) => group === name) ?? null);
}

interface JudgedRequest {
  readonly application: string | null;
  readonly method: string;
  readonly path: string;
  readonly findings: readonly RecordedFinding[];
}

/** The narrowest exception for each finding that counted. Never a whole rule and never a whole site. */
export function proposeExceptions(request: JudgedRequest): ExceptionProposal[] {
  const { application, method, path } = request;
  if (application === null || path.length >= PATH_CUT || !path.startsWith('/') || !/^[A-Z]{1,16}$/u.test(method)) return [];
  const proposals = new Map<string, ExceptionProposal>();
  for (const { rule, location, name, exception } of request.findings) {
    if (exception !== null || groupOf(rule) === null) continue;
    const proposal = { application, method, route: routeOf(path), location, parameter: name, rule };
    proposals.set(JSON.stringify([location, name, rule]), proposal);
  }
  return [...proposals.values()].slice(0, PROPOSALS_MAX);
}
