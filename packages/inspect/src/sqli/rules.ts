import type { RuleDescription } from '../types.ts';

export const SQLI_RULES: readonly RuleDescription[] = [
  {
    id: 'sqli.boolean',
    group: 'sqli',
    title: 'SQL condition injected',
    explanation: 'The value parses on as a condition of the statement it would be pasted into, such as OR 1=1 (CWE-89).',
  },
  {
    id: 'sqli.union',
    group: 'sqli',
    title: 'Second query added with UNION',
    explanation: 'UNION followed by a select list reads other tables into the result (CWE-89).',
  },
  {
    id: 'sqli.subquery',
    group: 'sqli',
    title: 'Query inside a value',
    explanation: 'A SELECT in parentheses stands where a plain value belongs (CWE-89).',
  },
  {
    id: 'sqli.stacked',
    group: 'sqli',
    title: 'Second statement',
    explanation: 'A complete statement follows a semicolon or a closed literal in the value (CWE-89).',
  },
  {
    id: 'sqli.statement',
    group: 'sqli',
    title: 'Value is an SQL statement',
    explanation: 'The whole value is a statement that reads or changes tables (CWE-89).',
  },
  {
    id: 'sqli.clause',
    group: 'sqli',
    title: 'SQL clause injected',
    explanation: 'The value goes on with a clause such as INTO OUTFILE, WAITFOR DELAY or ORDER BY before a comment (CWE-89).',
  },
  {
    id: 'sqli.function',
    group: 'sqli',
    title: 'Telling database function',
    explanation: 'The value calls a function that delays, reads files, raises errors with data or runs commands (CWE-89).',
  },
  {
    id: 'sqli.probe',
    group: 'sqli',
    title: 'Fragment of SQL',
    explanation:
      'The value is half a call, half a condition or an operator between quotes, sent to see how the application fails (CWE-89).',
  },
  {
    id: 'sqli.comment',
    group: 'sqli',
    title: 'Statement cut off by a comment',
    explanation: 'The value closes a literal or expression and hides the rest of the statement behind a comment (CWE-89).',
  },
];
