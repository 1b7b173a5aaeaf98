import { quoteName, quoteText } from '../targets/postgres/quote.ts';

export interface TemplateValues {
  readonly name: string;
  /** The verifier: PostgreSQL takes it in place of the password. */
  readonly password: string;
  /** ISO 8601. */
  readonly expiration: string;
}

/** With the quotes around it, as templates for other tools write it, or bare. */
const PLACEHOLDER = /"\{\{name\}\}"|'\{\{(?:name|password|expiration)\}\}'|\{\{(?:name|password|expiration)\}\}/gu;
const FIELDS = ['name', 'password', 'expiration'] as const;
const ANY = /\{\{|\}\}/u;
/** Of ours, so plain that no place in a statement, a comment or a dollar quote gives it another meaning. */
const PLAIN = /^[A-Za-z0-9_.:$=+/-]*$/u;

/** Whether nothing is left that looks like a placeholder and is none. */
export const isTemplate = (text: string): boolean => !ANY.test(text.replaceAll(PLACEHOLDER, ''));

/**
 * Puts values into the SQL of an operator: a name as an identifier, all else as strings.
 *
 * @example fillTemplate('create role {{name}} login password {{password}}', values)
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  for (const value of Object.values<string>({ ...values }))
    if (!PLAIN.test(value)) throw new Error('assertion: what is put into a template is made here');
  return template.replaceAll(PLACEHOLDER, (placeholder) => {
    const field = FIELDS.find((name) => placeholder.includes(name));
    if (field === undefined) throw new Error('assertion: the expression knows these three');
    // A name in single quotes is wanted as a text: in a comment, in a call.
    return field === 'name' && !placeholder.startsWith("'") ? quoteName(values.name) : quoteText(values[field]);
  });
}
