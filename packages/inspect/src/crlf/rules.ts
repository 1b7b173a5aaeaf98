import type { RuleDescription } from '../types.ts';

export const CRLF_RULES: readonly RuleDescription[] = [
  {
    id: 'crlf.header',
    group: 'crlf',
    title: 'Header after a line break',
    explanation: 'A line break is followed by the name of a header, which the application might send on (CWE-113).',
  },
  {
    id: 'crlf.cookie',
    group: 'crlf',
    title: 'Set-Cookie in a value',
    explanation: 'The value holds a Set-Cookie header or a script that sets a cookie (CWE-113, CWE-384).',
  },
  {
    id: 'crlf.message',
    group: 'crlf',
    title: 'HTTP message in a value',
    explanation:
      'The value holds a request line, a status line or a second body, as in response splitting and smuggling (CWE-113, CWE-444).',
  },
  {
    id: 'crlf.mail',
    group: 'crlf',
    title: 'Mail header after a line break',
    explanation: 'A line break is followed by a recipient or a header of a mail, which the application might send (CWE-93).',
  },
  {
    id: 'crlf.name',
    group: 'crlf',
    title: 'Line break in a name',
    explanation: 'The name of a parameter or cookie holds a line break; no form writes such names (CWE-93).',
  },
  {
    id: 'crlf.null',
    group: 'crlf',
    title: 'Null byte in a text',
    explanation: 'A null byte stands in a text; libraries written in C end the text there (CWE-158).',
  },
];
