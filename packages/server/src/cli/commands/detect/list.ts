import type { RuleDetail, RuleView } from '@holdfast/contract';
import { listAll } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable, formatTime, forOutput } from '../../terminal/table.ts';
import { at, logsourceText, RULE, ruleColumns, RULES, STATES } from './words.ts';

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];

export const list: Verb = {
  name: 'list',
  summary: 'show rules with what they did',
  options: [
    { flags: '--state <state>', help: 'only those in this state', choices: STATES },
    { flags: '--origin <origin>', help: 'only our own, or imported ones', choices: ['own', 'imported'] },
    { flags: '--kind <kind>', help: 'only this kind', choices: ['rule', 'correlation', 'filter'] },
    { flags: '--severity <severity>', help: 'only this severity', choices: SEVERITIES },
    { flags: '--silent', help: 'only those that could fire here and never did' },
    { flags: '--search <text>', help: 'with this in id, title, file or tags' },
  ],
  examples: ['holdfast detect rules list', 'holdfast detect rules list --state test --search traversal'],
  run: listRules,
};

export const show: Verb = {
  name: 'show',
  summary: 'show one rule: its text, why it is idle, who changed it',
  words: [RULE],
  examples: ['holdfast detect rules show 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01'],
  run: showRule,
};

async function listRules(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = {
    state: input.text('state') ?? undefined,
    origin: input.text('origin') ?? undefined,
    kind: input.text('kind') ?? undefined,
    severity: input.text('severity') ?? undefined,
    silent: input.isSet('silent') ? 'true' : undefined,
    q: input.text('search') ?? undefined,
  };
  const rules = await listAll<RuleView>(api, { method: 'GET', path: RULES, query });
  return { data: { rules }, text: () => formatTable(rules, ruleColumns, 'no such rule') };
}

async function showRule(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<RuleDetail>({ method: 'GET', path: at(input) });
  const text = (): string => {
    const pairs = formatPairs([
      ['id', view.id],
      ['title', view.title],
      ['state', view.idle === null ? view.state : `${view.state}, idle: ${view.idle}`],
      ['severity', view.severity],
      ['kind', `${view.kind}, ${view.origin}, ${view.file ?? '-'}`],
      ['log source', logsourceText(view.logsource)],
      ['hits', `${view.hits}, last ${formatTime(view.lastHitAt)}`],
      ['filters', view.filters.join(' ') || '-'],
      ['changed', `${formatTime(view.changedAt)} by ${view.changedBy}${view.reason === null ? '' : `: ${view.reason}`}`],
    ]);
    return `${pairs}\n${forOutput(context.io.stdout, view.text)}`;
  };
  return { data: view, text };
}
