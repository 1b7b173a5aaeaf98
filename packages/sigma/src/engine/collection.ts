import type { SigmaCorrelation } from '../correlation/correlation.ts';
import { linkCorrelations, type Linked } from '../correlation/link.ts';
import { Findings, NOWHERE, quote, type Diagnostic, type DiagnosticCode } from '../diagnostic.ts';
import type { SigmaDocument } from '../document/read.ts';
import { applyFilters, filters, type SigmaFilter } from '../filter/filter.ts';
import { DEFAULT_LIMITS, type SigmaLimits } from '../limits.ts';
import type { SigmaRule } from '../rule/read-rule.ts';
import { rewriteAggregation } from '../rule/rewrite-v1.ts';
import { compileScanner } from './compile.ts';
import type { Compiled } from './compiled.ts';
import { placeholdersOf } from './placeholders.ts';
import { finish, type Steps } from './steps.ts';

/** Rules, filters and correlations that belong together, compiled. */
export interface Ruleset {
  /** What the scanner's numbers stand for; filters are applied. */
  readonly rules: readonly SigmaRule[];
  readonly compiled: Compiled;
  readonly linked: Linked;
  /** Rules that wait for values of their placeholders and match nothing until then. */
  readonly waiting: readonly SigmaRule[];
}

export interface CompileResult {
  readonly ruleset: Ruleset | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles documents into one rule set.
 *
 * @example
 * const { documents } = readDocuments(text, 'rules.yml');
 * const { ruleset, diagnostics } = compile(documents);
 */
export function compile(documents: readonly SigmaDocument[], limits: SigmaLimits = DEFAULT_LIMITS): CompileResult {
  return finish(compileInSteps(documents, limits));
}

/**
 * The same for who has other things to do in between: thousands of rules take a good part of a second.
 *
 * @example
 * const steps = compileInSteps(documents);
 * let step = steps.next();
 * for (; step.done !== true; step = steps.next()) await othersHaveTheirTurn();
 * step.value.ruleset
 */
export function* compileInSteps(documents: readonly SigmaDocument[], limits: SigmaLimits = DEFAULT_LIMITS): Steps<CompileResult> {
  const diagnostics: Diagnostic[] = [];
  const unique = withoutDuplicates(documents, diagnostics);
  const rewritten = unique.flatMap((document): readonly SigmaDocument[] =>
    document.kind === 'rule' ? rewriteAggregation(document) : [document],
  );
  const all = rewritten.filter((document): document is SigmaRule => document.kind === 'rule');
  yield;
  const [rules, waiting] = splitWaiting(all, diagnostics);
  yield;
  if (rules.length > limits.rulesMax) {
    diagnostics.push(tell(rules[limits.rulesMax], 'limit-exceeded', `more than ${limits.rulesMax} rules`));
    return { ruleset: null, diagnostics };
  }
  const kept = rewritten.filter((document): document is SigmaFilter => document.kind === 'filter');
  const filtered = filterRules(rules, kept, diagnostics);
  const correlations = rewritten.filter((document): document is SigmaCorrelation => document.kind === 'correlation');
  const linked = linkCorrelations(filtered, correlations);
  diagnostics.push(...linked.diagnostics);
  yield;
  const compiled = yield* compileScanner(filtered, limits);
  if (compiled === null) {
    diagnostics.push(tell(undefined, 'limit-exceeded', 'the literals of all rules do not fit into the automaton'));
    return { ruleset: null, diagnostics };
  }
  return { ruleset: { rules: filtered, compiled, linked, waiting }, diagnostics };
}

type Told = Pick<SigmaRule, 'source' | 'place'>;

function tell(about: Told | undefined, code: DiagnosticCode, message: string): Diagnostic {
  const findings = new Findings(about?.source ?? '', 0);
  const place = about?.place ?? NOWHERE;
  if (code === 'placeholder-unresolved' || code === 'filter-unused') findings.warn(code, place, message);
  else findings.error(code, place, message);
  return findings.list[0] as Diagnostic;
}

/** An id or a name means one document; the first one keeps it. */
function withoutDuplicates(documents: readonly SigmaDocument[], diagnostics: Diagnostic[]): readonly SigmaDocument[] {
  const taken = new Set<string>();
  return documents.filter((document) => {
    const { id, name } = document.metadata;
    const names = [...new Set([id, name])].filter((given) => given !== null);
    const duplicate = names.find((given) => taken.has(given));
    if (duplicate === undefined) for (const given of names) taken.add(given);
    else diagnostics.push(tell(document, 'reference-duplicate', `${quote(duplicate)} is taken`));
    return duplicate === undefined;
  });
}

/** The specification: a tool that cannot handle a placeholder rejects the rule. It waits, and says for what. */
function splitWaiting(rules: readonly SigmaRule[], diagnostics: Diagnostic[]): [SigmaRule[], SigmaRule[]] {
  const ready: SigmaRule[] = [];
  const waiting: SigmaRule[] = [];
  for (const rule of rules) {
    const names = placeholdersOf(rule);
    if (names.length === 0) ready.push(rule);
    else {
      waiting.push(rule);
      diagnostics.push(tell(rule, 'placeholder-unresolved', `waits for values of ${names.join(', ')}`));
    }
  }
  return [ready, waiting];
}

function filterRules(rules: readonly SigmaRule[], kept: readonly SigmaFilter[], diagnostics: Diagnostic[]): readonly SigmaRule[] {
  const used = new Set<SigmaFilter>();
  const filtered = rules.map((rule) => {
    const own = kept.filter((filter) => filters(filter, rule));
    for (const filter of own) used.add(filter);
    return applyFilters(rule, own);
  });
  for (const filter of kept)
    if (!used.has(filter)) diagnostics.push(tell(filter, 'filter-unused', 'no rule here is filtered by it'));
  return filtered;
}
