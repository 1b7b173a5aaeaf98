import { isPair, isScalar, parseAllDocuments, visit, type Document } from 'yaml';
import { substitute, variablesIn, type Substituted } from '../../documents/substitution.ts';
import type { TypedValue, Values } from '../../documents/values.ts';

const RULE_CHARS_MAX = 65_536;
/** With these a value is a text; with `re` it would be a program, and encodings would not find it. */
const PLAIN_MODIFIERS = new Set(['contains', 'startswith', 'endswith', 'all', 'cased', 'cidr', 'lt', 'lte', 'gt', 'gte']);

class Fault extends Error {
  override readonly name = 'Fault';
}

/**
 * Puts values of variables into a rule: after it was read, so that none of them is YAML, and each as it is, so that none of them is
 * a wildcard. They stand where a detection asks for a value.
 */
export function fillRule(rule: string, values: Values): Substituted {
  if (variablesIn(rule).length === 0) return { kind: 'text', text: rule };
  if (rule.length > RULE_CHARS_MAX)
    return { kind: 'fault', detail: `a rule with variables has at most ${RULE_CHARS_MAX} characters` };
  const plain = new Map([...values].map(([name, given]) => [name, withoutWildcards(given)]));
  try {
    const documents = parseAllDocuments(rule);
    if (!Array.isArray(documents)) return { kind: 'fault', detail: 'the rule is empty' };
    for (const document of documents) fillDocument(document, plain);
    return { kind: 'text', text: documents.map(String).join('---\n') };
  } catch (error) {
    if (error instanceof Fault) return { kind: 'fault', detail: error.message };
    throw error;
  }
}

/** Sigma 2.1, "Escaping": `*` and `?` are wildcards unless a backslash stands before them, and a backslash is written twice. */
const withoutWildcards = ({ type, value }: TypedValue): TypedValue => ({
  type,
  value: value === null ? null : value.replaceAll(/[\\*?]/gu, String.raw`\$&`),
});

function fillDocument(document: Document, values: Values): void {
  if (document.errors.length > 0) throw new Fault('the rule is no YAML');
  visit(document, {
    Scalar(place, scalar, path) {
      if (typeof scalar.value !== 'string' || variablesIn(scalar.value).length === 0) return;
      const names = path.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []));
      if (place === 'key' || names[0] !== 'detection')
        throw new Fault('variables of a rule stand in the values of its detection');
      const [, ...modifiers] = (names.at(-1) ?? '').split('|');
      const other = modifiers.find((name) => !PLAIN_MODIFIERS.has(name));
      if (other !== undefined) throw new Fault(`no variable stands where the rule says ${other.slice(0, 64)}`);
      const filled = substitute(scalar.value, values, 'raw');
      if (filled.kind === 'fault') throw new Fault(filled.detail);
      scalar.value = filled.text;
      scalar.type = 'QUOTE_DOUBLE';
    },
  });
}
