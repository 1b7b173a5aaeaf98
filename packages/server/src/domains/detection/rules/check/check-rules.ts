import type { RuleDiagnostic } from '@holdfast/contract';
import { compile, readDocuments, type SigmaDocument } from '@holdfast/sigma';
import { toRuleDiagnostic } from '../read-text.ts';
import { countFeatures } from './features.ts';

export interface RulesChecked {
  readonly rules: number;
  readonly correlations: number;
  readonly filters: number;
  readonly compiled: number;
  /** Of those, how many match nothing until their placeholders have values. */
  readonly waiting: number;
  readonly features: ReadonlyMap<string, number>;
  readonly diagnostics: readonly RuleDiagnostic[];
}

/** Reads and compiles texts as one set, without storing any. */
export function checkRules(files: readonly { readonly name: string; readonly text: string }[]): RulesChecked {
  const read = files.map(({ name, text }) => readDocuments(text, name));
  const documents = read.flatMap((each) => each.documents);
  const { ruleset, diagnostics } = compile(documents);
  const count = (kind: SigmaDocument['kind']): number => documents.filter((document) => document.kind === kind).length;
  return {
    rules: count('rule'),
    correlations: count('correlation'),
    filters: count('filter'),
    compiled: ruleset === null ? 0 : ruleset.rules.length + ruleset.waiting.length,
    waiting: ruleset?.waiting.length ?? 0,
    features: countFeatures(files.map(({ text }) => text)),
    diagnostics: [...read.flatMap((each) => each.diagnostics), ...diagnostics].map(toRuleDiagnostic),
  };
}
