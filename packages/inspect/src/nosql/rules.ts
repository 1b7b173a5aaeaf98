import type { RuleDescription } from '../types.ts';

export const NOSQL_RULES: readonly RuleDescription[] = [
  {
    id: 'nosql.operator',
    group: 'nosql',
    title: 'Query operator as a name',
    explanation:
      'The name of a field is an operator of a document database, so that a comparison takes the place of a value (CWE-943).',
  },
  {
    id: 'nosql.query',
    group: 'nosql',
    title: 'Query document in a value',
    explanation: 'The value is, or breaks out into, a query document with operators of a document database (CWE-943).',
  },
  {
    id: 'nosql.script',
    group: 'nosql',
    title: 'Script for a database',
    explanation: 'The value leaves a JavaScript string and goes on as an expression that the database would evaluate (CWE-943).',
  },
  {
    id: 'nosql.shell',
    group: 'nosql',
    title: 'Call of a database shell',
    explanation: 'The value calls a collection of a document database as its shell does (CWE-943).',
  },
  {
    id: 'nosql.command',
    group: 'nosql',
    title: 'Command of a key-value store',
    explanation: 'The value goes on, behind a line break, with a command of Redis or Memcached (CWE-93, CWE-943).',
  },
];
