import { BLOCK_CONFIDENCE, RULE_GROUPS, RULES, type RuleGroup } from '@holdfast/inspect';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cell, code, inline, page, table } from './markdown.ts';

const TITLES: Readonly<Record<RuleGroup, string>> = {
  sqli: 'SQL injection',
  nosql: 'NoSQL operator injection',
  xss: 'Cross-site scripting',
  cmdi: 'Command injection',
  traversal: 'Path traversal',
  inclusion: 'Remote and local file inclusion',
  ssrf: 'Server-side request forgery',
  ssti: 'Template injection',
  xxe: 'XML external entities',
  ldap: 'LDAP injection',
  xpath: 'XPath injection',
  jndi: 'JNDI lookups',
  code: 'Code injection',
  deserialisation: 'Unsafe deserialisation',
  pollution: 'Prototype pollution',
  crlf: 'Header and line-break injection',
  scanner: 'Scanners and attack tools',
};
const INNOCENT_SHOWN = 8;

/** One line of the table that tests, benches and this page share. */
interface Case {
  readonly value: string;
  readonly attack: boolean;
  readonly rule?: string;
}

export function rulesPage(root: string): string {
  return page('Rules', 'packages/inspect/src', [
    `What inspection can find in one value of a request. A finding with a confidence of ${BLOCK_CONFIDENCE} or more counts: it is recorded in mode \`monitor\` and blocks in mode \`enforce\`. One group can be set to \`off\`, \`record\` or \`block\` for an application.`,
    'One rule can be switched off in one place only, by an [exception](../guides/false-positive-to-exception.md), never everywhere. The examples are cases of the tests.',
    ...RULE_GROUPS.map((group) => section(group, readCases(root, group))),
  ]);
}

function readCases(root: string, group: RuleGroup): readonly Case[] {
  const text = readFileSync(join(root, 'packages/inspect/src', group, 'cases.json'), 'utf8');
  // The detector's own test reads the same file in the same shape.
  return (JSON.parse(text) as Case[]).filter(({ value }) => isPrintable(value));
}

/** What can stand on a page as it is: visible characters and single blanks. */
const isPrintable = (value: string): boolean => /^[\p{L}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{N}\p{P}\p{S}]+)*$/u.test(value);

function section(group: RuleGroup, cases: readonly Case[]): string {
  const rules = RULES.filter((rule) => rule.group === group);
  const innocent = cases.filter(({ attack }) => !attack).slice(0, INNOCENT_SHOWN);
  const example = (id: string): string => {
    const own = cases.filter(({ rule, attack }) => attack && rule === id);
    return code(own.toSorted((left, right) => left.value.length - right.value.length)[0]?.value ?? '');
  };
  return [
    `## ${TITLES[group]} (\`${group}\`)`,
    table(
      ['rule', 'title', 'what it means', 'for example'],
      rules.map(({ id, title, explanation }) => [`\`${id}\``, cell(title), cell(explanation), example(id)]),
    ).trim(),
    `Innocent, and passed on: ${innocent.map(({ value }) => inline(value)).join(', ')}.`,
  ].join('\n\n');
}
