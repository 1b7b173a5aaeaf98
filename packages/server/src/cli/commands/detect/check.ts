import { resolve } from 'node:path';
import type { RuleDiagnostic } from '@holdfast/contract';
import { compile, readDocuments, type Diagnostic, type SigmaDocument } from '@holdfast/sigma';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable } from '../../terminal/table.ts';
import { countFeatures } from './features.ts';
import { readRuleFiles } from './rule-files.ts';
import { diagnosticsText } from './words.ts';

export const check: Verb = {
  name: 'check',
  summary: 'read and compile Sigma rules without a server; exit 1 when one has an error',
  about: 'Says of each fault where it is, and of the whole which features of Sigma how many rules use. Nothing is sent anywhere.',
  words: [{ name: '<path>', help: 'a file or a folder' }],
  examples: ['holdfast detect rules check sigma/rules', 'holdfast detect rules check rule.yml --json'],
  run: runCheck,
};

async function runCheck(context: Context, input: Input): Promise<Outcome> {
  const { files, diagnostics: tooLarge } = await readRuleFiles(resolve(context.io.cwd, input.words[0] ?? ''));
  const documents: SigmaDocument[] = [];
  const found: Diagnostic[] = [];
  for (const { name, text } of files) {
    const read = readDocuments(text, name);
    documents.push(...read.documents);
    found.push(...read.diagnostics);
  }
  const { ruleset, diagnostics } = compile(documents);
  const told = [...tooLarge, ...[...found, ...diagnostics].map(toRuleDiagnostic)];
  const errors = told.filter(({ severity }) => severity === 'error').length;
  const kinds = (kind: SigmaDocument['kind']): number => documents.filter((document) => document.kind === kind).length;
  const counts = {
    files: files.length + tooLarge.length,
    rules: kinds('rule'),
    correlations: kinds('correlation'),
    filters: kinds('filter'),
    compiled: ruleset === null ? 0 : ruleset.rules.length + ruleset.waiting.length,
    waiting: ruleset?.waiting.length ?? 0,
    errors,
    warnings: told.length - errors,
  };
  const features = [...countFeatures(files.map(({ text }) => text))].map(([feature, rules]) => ({ feature, rules }));
  const text = (): string => {
    const pairs = formatPairs(Object.entries(counts).map(([name, count]) => [name, String(count)] as const));
    const table = formatTable(features, [
      { title: 'FEATURE', value: ({ feature }) => feature },
      { title: 'RULES', value: ({ rules }) => String(rules) },
    ]);
    return `${diagnosticsText(told)}${pairs}\n${table}`;
  };
  return { data: { ...counts, features, diagnostics: told }, text, exit: errors > 0 ? EXIT.findings : EXIT.ok };
}

function toRuleDiagnostic({ source: file, code, severity, message, line, column, pointer }: Diagnostic): RuleDiagnostic {
  return { file, code, severity, message, line, column, pointer };
}
