import { resolve } from 'node:path';
import type { RuleDiagnostic, RuleImported } from '@holdfast/contract';
import type { ApiClient } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { readRuleFiles, type RuleFile } from './rule-files.ts';
import { diagnosticsText, RULES, STATES } from './words.ts';

/** As the API takes them at once (`IMPORT_FILES_MAX`, and a body of a megabyte with room for its quotes). */
const FILES_AT_ONCE = 500;
const BYTES_AT_ONCE = 900_000;

export const importRules: Verb = {
  name: 'import',
  summary: 'bring in Sigma rules: a file, or every .yml below a folder',
  about:
    'What is new begins in state test, so that its hits can be seen before anybody is told of them; what is known keeps its state. Exit 1 when something could not be taken.',
  words: [{ name: '<path>', help: 'a file or a folder' }],
  options: [{ flags: '--state <state>', help: 'of rules that are new; otherwise test', choices: STATES }],
  examples: ['holdfast detect rules import sigma/rules/web', 'holdfast detect rules import rule.yml --state on'],
  run: runImport,
};

type Counts = Omit<RuleImported, 'diagnostics'>;

async function runImport(context: Context, input: Input): Promise<Outcome> {
  const { files, diagnostics } = await readRuleFiles(resolve(context.io.cwd, input.words[0] ?? ''));
  const { dryRun } = context.flags;
  await using api = await context.api();
  const counted: Counts = {
    added: 0,
    changed: 0,
    unchanged: 0,
    refused: diagnostics.length,
    rules: 0,
    correlations: 0,
    filters: 0,
  };
  const told: RuleDiagnostic[] = [...diagnostics];
  for (const part of inParts(files)) {
    const body = { files: part, state: input.text('state') ?? 'test', dryRun };
    const { diagnostics: more, ...counts } = await send(api, body);
    for (const name of COUNTS) counted[name] += counts[name];
    told.push(...more);
  }
  const exit = counted.refused > 0 ? EXIT.findings : EXIT.ok;
  const text = `${dryRun ? 'would take' : 'took'} ${counted.added} new, ${counted.changed} changed; ${counted.unchanged} unchanged, ${counted.refused} refused\n${counted.rules} rules, ${counted.correlations} correlations, ${counted.filters} filters\n`;
  return { data: { ...counted, diagnostics: told }, text: () => `${diagnosticsText(told)}${text}`, exit };
}

const COUNTS = ['added', 'changed', 'unchanged', 'refused', 'rules', 'correlations', 'filters'] as const;

const send = async (api: ApiClient, body: { readonly files: readonly RuleFile[] }): Promise<RuleImported> =>
  api.call({ method: 'POST', path: `${RULES}/import`, body });

function* inParts(files: readonly RuleFile[]): Generator<readonly RuleFile[]> {
  let part: RuleFile[] = [];
  let bytes = 0;
  for (const file of files) {
    const size = Buffer.byteLength(JSON.stringify(file));
    if (part.length > 0 && (part.length === FILES_AT_ONCE || bytes + size > BYTES_AT_ONCE)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(file);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
