import type { SigmaDocument } from '@holdfast/sigma';
import { Refusal } from '../../../platform/refusal.ts';

export interface Where {
  /** A field with its modifiers, as a rule would write it: `c-ip`, `cs-uri-stem|startswith`. */
  readonly field: string;
  readonly value: string;
}

/** What these take is a pattern of its own kind, in which a backslash means something else. */
const OWN_PATTERN = /\|(?:re|cidr)(?:\||$)/u;

/**
 * A Sigma filter that takes out of a rule what has all of these values. Values stand in quotes (JSON is YAML), and wildcards in
 * them are plain characters: what somebody types is a value and no pattern.
 */
export function exceptionText(
  { rule, ruleId, id }: { readonly rule: SigmaDocument; readonly ruleId: string; readonly id: string },
  where: readonly Where[],
): string {
  if (rule.kind !== 'rule')
    throw new Refusal('input-invalid', {
      errors: [{ pointer: '/rule', detail: 'exceptions are made of a rule that looks at single events' }],
    });
  const quoted = (text: string): string => JSON.stringify(text);
  const logsource = Object.entries(rule.logsource).map(([name, value]) => `  ${name}: ${quoted(String(value))}`);
  const fields = where.map(({ field, value }) => `    ${quoted(field)}: ${quoted(literal(field, value))}`);
  return [
    `title: ${quoted(`Exception of ${rule.metadata.title}`.slice(0, 256))}`,
    `id: ${id}`,
    logsource.length === 0 ? 'logsource: {}' : 'logsource:',
    ...logsource,
    'filter:',
    '  rules:',
    `    - ${quoted(ruleId)}`,
    '  excepted:',
    ...fields,
    '  condition: excepted',
    '',
  ].join('\n');
}

const literal = (field: string, value: string): string =>
  OWN_PATTERN.test(field) ? value : value.replaceAll(/[\\*?]/gu, (char) => `\\${char}`);
