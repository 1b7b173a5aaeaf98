import type { RuleDescription } from '../types.ts';

export const CODE_RULES: readonly RuleDescription[] = [
  {
    id: 'code.script-tag',
    group: 'code',
    title: 'Server script tag',
    explanation: 'The value opens a block of PHP, ASP, JSP or ColdFusion, or is a script by its first line (CWE-94).',
  },
  {
    id: 'code.php-call',
    group: 'code',
    title: 'PHP function call',
    explanation: 'The value calls a function of PHP, plainly or through strings that spell its name (CWE-94).',
  },
  {
    id: 'code.php-variable',
    group: 'code',
    title: 'PHP variable',
    explanation: 'The value reads request variables of PHP, or calls a function through a variable (CWE-94, CWE-621).',
  },
  {
    id: 'code.php-setting',
    group: 'code',
    title: 'PHP setting',
    explanation:
      'The value or parameter name sets a directive of php.ini, as command line options of php-cgi do (CVE-2012-1823, CWE-15).',
  },
  {
    id: 'code.java-class',
    group: 'code',
    title: 'Java class name',
    explanation:
      'The value names a class of the Java runtime that no form asks for; expression languages would load it (CWE-470).',
  },
  {
    id: 'code.java-execution',
    group: 'code',
    title: 'Java code',
    explanation: 'The value starts processes or loads classes in Java, Groovy or an expression language (CWE-94, CWE-917).',
  },
  {
    id: 'code.java-binding',
    group: 'code',
    title: 'Java class behind a parameter',
    explanation:
      'A parameter name walks to the class loader of the object it fills, or carries an OGNL expression (CVE-2022-22965, CWE-915).',
  },
  {
    id: 'code.node',
    group: 'code',
    title: 'Node.js code',
    explanation: 'The value loads modules, reads the process or builds functions in JavaScript on the server (CWE-94).',
  },
  {
    id: 'code.endless-loop',
    group: 'code',
    title: 'Endless loop',
    explanation: 'A loop whose condition never changes: evaluated on the server it would stop everything else (CWE-835).',
  },
  {
    id: 'code.script',
    group: 'code',
    title: 'Code of a script language',
    explanation: 'The value runs programs or loads modules in Python, Ruby, Perl, Lua or a Windows script language (CWE-94).',
  },
  {
    id: 'code.script-file',
    group: 'code',
    title: 'Upload of a script',
    explanation:
      'The name of an uploaded file is one that web servers run instead of sending, or its text begins as such a page (CWE-434).',
  },
  {
    id: 'code.formula',
    group: 'code',
    title: 'Formula that starts a program',
    explanation: 'The value is a cell of a table that asks another program by DDE when somebody opens the export (CWE-1236).',
  },
];
