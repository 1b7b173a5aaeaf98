import type { RuleDescription } from '../types.ts';

export const XSS_RULES: readonly RuleDescription[] = [
  {
    id: 'xss.script',
    group: 'xss',
    title: 'Script tag',
    explanation: 'A script tag with code or an address would run in the reader’s browser (CWE-79).',
  },
  {
    id: 'xss.handler',
    group: 'xss',
    title: 'Event handler with script',
    explanation: 'A tag carries an on… attribute whose value is code (CWE-79).',
  },
  {
    id: 'xss.url',
    group: 'xss',
    title: 'Address that runs script',
    explanation: 'A javascript: or similar address stands where a browser follows links (CWE-79).',
  },
  {
    id: 'xss.style',
    group: 'xss',
    title: 'Style that runs script',
    explanation: 'A style uses expressions, bindings, behaviours or imports (CWE-79).',
  },
  {
    id: 'xss.embed',
    group: 'xss',
    title: 'Foreign content embedded',
    explanation: 'A tag loads a foreign document, object, style sheet or base address (CWE-79).',
  },
  {
    id: 'xss.attribute',
    group: 'xss',
    title: 'Attribute broken out of',
    explanation: 'The value closes an attribute of the page and adds one that runs script (CWE-83).',
  },
  {
    id: 'xss.code',
    group: 'xss',
    title: 'Script string broken out of',
    explanation: 'The value closes a string of the page’s script and goes on as code (CWE-79).',
  },
  {
    id: 'xss.template',
    group: 'xss',
    title: 'Client template expression',
    explanation: 'A {{…}} expression reaches constructors or the page (CWE-1336).',
  },
];
