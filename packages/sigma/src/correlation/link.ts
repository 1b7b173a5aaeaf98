import type { Diagnostic } from '../diagnostic.ts';
import { Findings, quote } from '../diagnostic.ts';
import type { SigmaRule } from '../rule/read-rule.ts';
import type { SigmaCorrelation } from './correlation.ts';

/** Whom a match feeds: which correlation, as the how manieth of its rules. */
export interface Feed {
  readonly correlation: number;
  readonly input: number;
}

export interface Linked {
  /** In an order in which every correlation comes after those it refers to. */
  readonly correlations: readonly SigmaCorrelation[];
  readonly ofRule: ReadonlyMap<number, readonly Feed[]>;
  readonly ofCorrelation: ReadonlyMap<number, readonly Feed[]>;
  /** Rules and correlations that only feed others and raise no match of their own. */
  readonly quietRules: ReadonlySet<number>;
  readonly quietCorrelations: ReadonlySet<number>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Resolves what correlations refer to; those that refer to nothing known, or to each other in a circle, are left out. */
export function linkCorrelations(rules: readonly SigmaRule[], correlations: readonly SigmaCorrelation[]): Linked {
  const names = namesOf(rules);
  const diagnostics: Diagnostic[] = [];
  const ordered = inOrder(correlations, names, diagnostics);
  const correlationNames = namesOf(ordered);
  const ofRule = new Map<number, Feed[]>();
  const ofCorrelation = new Map<number, Feed[]>();
  const quietRules = new Set<number>();
  const quietCorrelations = new Set<number>();
  const loud = new Set<string>();
  for (const [correlation, { rules: references, generate }] of ordered.entries()) {
    for (const [input, reference] of references.entries()) {
      const rule = names.get(reference);
      const other = correlationNames.get(reference);
      if (rule !== undefined) add(ofRule, rule, { correlation, input });
      else if (other !== undefined) add(ofCorrelation, other, { correlation, input });
      if (generate) loud.add(reference);
      else if (rule !== undefined) quietRules.add(rule);
      else if (other !== undefined) quietCorrelations.add(other);
    }
  }
  for (const reference of loud) {
    quietRules.delete(names.get(reference) ?? -1);
    quietCorrelations.delete(correlationNames.get(reference) ?? -1);
  }
  return { correlations: ordered, ofRule, ofCorrelation, quietRules, quietCorrelations, diagnostics };
}

function add(feeds: Map<number, Feed[]>, from: number, feed: Feed): void {
  const known = feeds.get(from);
  if (known === undefined) feeds.set(from, [feed]);
  else known.push(feed);
}

function namesOf(documents: readonly (SigmaRule | SigmaCorrelation)[]): Map<string, number> {
  const names = new Map<string, number>();
  for (const [index, { metadata }] of documents.entries()) {
    for (const name of [metadata.id, metadata.name]) if (name !== null && !names.has(name)) names.set(name, index);
  }
  return names;
}

/** Takes correlations whose references are all there, again and again; what is left over hangs in the air or in a circle. */
function inOrder(
  correlations: readonly SigmaCorrelation[],
  ruleNames: ReadonlyMap<string, number>,
  diagnostics: Diagnostic[],
): readonly SigmaCorrelation[] {
  const all = namesOf(correlations);
  const ordered: SigmaCorrelation[] = [];
  const known = new Set(ruleNames.keys());
  let waiting = correlations.filter((correlation) => {
    const missing = correlation.rules.find((reference) => !ruleNames.has(reference) && !all.has(reference));
    if (missing !== undefined) diagnostics.push(fault(correlation, 'reference-unknown', `${quote(missing)} is no rule here`));
    return missing === undefined;
  });
  for (let before = -1; waiting.length !== before;) {
    before = waiting.length;
    waiting = waiting.filter((correlation) => {
      if (!correlation.rules.every((reference) => known.has(reference))) return true;
      ordered.push(correlation);
      for (const name of [correlation.metadata.id, correlation.metadata.name]) if (name !== null) known.add(name);
      return false;
    });
  }
  for (const correlation of waiting) {
    diagnostics.push(
      fault(correlation, 'reference-cycle', 'refers to itself through others, or to a correlation that was left out'),
    );
  }
  return ordered;
}

function fault({ source, place }: SigmaCorrelation, code: 'reference-unknown' | 'reference-cycle', message: string): Diagnostic {
  const findings = new Findings(source, 0);
  findings.error(code, place, message);
  return findings.list[0] as Diagnostic;
}
