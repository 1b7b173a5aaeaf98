import type { RuleDescription } from '../types.ts';

export const INCLUSION_RULES: readonly RuleDescription[] = [
  {
    id: 'inclusion.wrapper',
    group: 'inclusion',
    title: 'Stream wrapper',
    explanation: 'The value is an address with a scheme by which a language reads streams, archives or code itself (CWE-98).',
  },
  {
    id: 'inclusion.file',
    group: 'inclusion',
    title: 'File address',
    explanation: 'The value is an address of a file on the machine that reads it, which is the server (CWE-73).',
  },
  {
    id: 'inclusion.remote',
    group: 'inclusion',
    title: 'Program elsewhere',
    explanation: 'The value is an address of a script on another server, in a form made for a program that includes it (CWE-98).',
  },
  {
    id: 'inclusion.share',
    group: 'inclusion',
    title: 'Share or device of Windows',
    explanation: 'The value names a share of another machine or a device of this one, which Windows opens like a file (CWE-40).',
  },
];
