import { resolve } from 'node:path';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable } from '../../terminal/table.ts';
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
  // Loaded here alone: no other command needs a compiler of rules.
  const { checkRules } = await import('../../../domains/detection/index.ts');
  const { diagnostics: found, features: used, ...checked } = checkRules(files);
  const diagnostics = [...tooLarge, ...found];
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const counts = { files: files.length + tooLarge.length, ...checked, errors, warnings: diagnostics.length - errors };
  const features = [...used].map(([feature, rules]) => ({ feature, rules }));
  const text = (): string => {
    const pairs = formatPairs(Object.entries(counts).map(([name, count]) => [name, String(count)] as const));
    const table = formatTable(features, [
      { title: 'FEATURE', value: ({ feature }) => feature },
      { title: 'RULES', value: ({ rules }) => String(rules) },
    ]);
    return `${diagnosticsText(diagnostics)}${pairs}\n${table}`;
  };
  return { data: { ...counts, features, diagnostics }, text, exit: errors > 0 ? EXIT.findings : EXIT.ok };
}
