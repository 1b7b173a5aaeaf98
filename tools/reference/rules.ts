import { BLOCK_CONFIDENCE, RULE_GROUPS, RULES, type RuleGroup } from '@holdfast/inspect';
import { cell, page, table } from './markdown.ts';

const TITLES: Readonly<Record<RuleGroup, string>> = {
  sqli: 'SQL injection',
  xss: 'Cross-site scripting',
  cmdi: 'Command injection',
  traversal: 'Path traversal',
};

export function rulesPage(): string {
  return page('Rules', 'packages/inspect/src', [
    `What inspection can find in one value of a request. A finding with a confidence of ${BLOCK_CONFIDENCE} or more counts: it is recorded in mode \`monitor\` and blocks in mode \`enforce\`. One group can be set to \`off\`, \`record\` or \`block\` for an application.`,
    'One rule can be switched off in one place only, by an [exception](../guides/false-positive-to-exception.md), never everywhere.',
    ...RULE_GROUPS.map((group) => {
      const rows = RULES.filter((rule) => rule.group === group);
      return `## ${TITLES[group]} (\`${group}\`)\n\n${table(
        ['rule', 'title', 'what it means'],
        rows.map(({ id, title, explanation }) => [`\`${id}\``, cell(title), cell(explanation)]),
      )}`;
    }),
  ]);
}
