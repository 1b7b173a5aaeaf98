import type { RuleDescription } from '../types.ts';

export const CMDI_RULES: readonly RuleDescription[] = [
  {
    id: 'cmdi.chain',
    group: 'cmdi',
    title: 'Command after a separator',
    explanation: 'A shell separator is followed by a program and arguments that fit it (CWE-78).',
  },
  {
    id: 'cmdi.substitution',
    group: 'cmdi',
    title: 'Command substitution',
    explanation: 'Backticks or $(…) would run a program and paste its output (CWE-78).',
  },
  {
    id: 'cmdi.line',
    group: 'cmdi',
    title: 'Value is a command line',
    explanation: 'The whole value is a program call with flags, paths or addresses (CWE-78).',
  },
  {
    id: 'cmdi.expansion',
    group: 'cmdi',
    title: 'Shell expansion',
    explanation:
      'The value uses $IFS, shell arithmetic, /dev/tcp or a function definition, which only a shell understands (CWE-78).',
  },
  {
    id: 'cmdi.function',
    group: 'cmdi',
    title: 'Executing function call',
    explanation: 'The value calls a function of a script language that runs commands or code (CWE-94).',
  },
  {
    id: 'cmdi.include',
    group: 'cmdi',
    title: 'Server-side include',
    explanation: 'The value holds an SSI or ESI directive that a web server or cache would carry out (CWE-97).',
  },
  {
    id: 'cmdi.batch',
    group: 'cmdi',
    title: 'Windows batch statement',
    explanation: 'The value is a FOR loop or an IF condition in the grammar of the Windows command processor (CWE-78).',
  },
  {
    id: 'cmdi.powershell',
    group: 'cmdi',
    title: 'PowerShell expression',
    explanation: 'The value calls a .NET method, runs a text or runs an encoded command, as only PowerShell does (CWE-78).',
  },
  {
    id: 'cmdi.option',
    group: 'cmdi',
    title: 'Option that runs or writes',
    explanation:
      'The value is an option with which a harmless program starts another one or writes a file of the sender’s choice (CWE-88).',
  },
  {
    id: 'cmdi.upload',
    group: 'cmdi',
    title: 'Upload under an obeyed name',
    explanation: 'An upload would take the name of a file that a server, shell or application reads as its settings (CWE-434).',
  },
];
