import type { RuleDescription } from '../types.ts';

export const POLLUTION_RULES: readonly RuleDescription[] = [
  {
    id: 'pollution.proto',
    group: 'pollution',
    title: '__proto__ in a name',
    explanation: 'The name of a field reaches into the prototype of all objects when the application merges it (CWE-1321).',
  },
  {
    id: 'pollution.constructor',
    group: 'pollution',
    title: 'constructor.prototype in a name',
    explanation: 'The name of a field reaches the prototype of all objects by way of a constructor (CWE-1321).',
  },
  {
    id: 'pollution.document',
    group: 'pollution',
    title: 'Prototype path in a value',
    explanation: 'The value holds a document or a path that assigns to the prototype of all objects (CWE-1321).',
  },
];
