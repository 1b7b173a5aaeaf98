import type { EventView, Explanation, RecordedFinding } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

type Outcome = EventView['outcome'];
type Severity = EventView['severity'];

/** What became of it, as people say it: `recorded` means that it would have been blocked. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  ok: 'Done',
  allowed: 'Allowed',
  recorded: 'Would block',
  blocked: 'Blocked',
  refused: 'Refused',
  failed: 'Failed',
};
export const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  ok: 'plain',
  allowed: 'ok',
  recorded: 'watch',
  blocked: 'stop',
  refused: 'stop',
  failed: 'stop',
};

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  info: 'Info',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};
export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {
  info: 'plain',
  low: 'note',
  medium: 'watch',
  high: 'stop',
  critical: 'stop',
};

type Group = RecordedFinding['group'];
const GROUP_WORDS: Readonly<Record<Group, string>> = {
  sqli: 'SQL injection',
  nosql: 'NoSQL injection',
  xss: 'Script injection',
  cmdi: 'Command injection',
  traversal: 'Path traversal',
  inclusion: 'File inclusion',
  ssrf: 'Request to an inner address',
  ssti: 'Template injection',
  xxe: 'XML entity',
  ldap: 'LDAP injection',
  xpath: 'XPath injection',
  jndi: 'JNDI lookup',
  code: 'Code injection',
  deserialisation: 'Hostile object',
  pollution: 'Prototype pollution',
  crlf: 'Header injection',
  scanner: 'Scanner',
};
/** A group of rules by its name in words, where that is not plain from its id. */
export const sayGroup = (group: Group): string => GROUP_WORDS[group];
export const GROUP_CHOICES = Object.entries(GROUP_WORDS).map(([value, label]) => ({ value, label }));

const LOCATION_WORDS: Readonly<Record<RecordedFinding['location'], string>> = {
  path: 'path',
  query: 'query parameter',
  form: 'form field',
  json: 'JSON field',
  multipart: 'form part',
  'file-name': 'file name',
  cookie: 'cookie',
  header: 'header',
  xml: 'XML',
  text: 'text',
};
export const sayPlace = (location: RecordedFinding['location'], name: string): string =>
  `${LOCATION_WORDS[location]}${name === '' ? '' : ` “${name}”`}`;

/** The whole explanation in one sentence. */
export function sayExplanation({ outcome, request, findings, mode, reason }: Explanation): string {
  const strongest = findings.filter(({ exception }) => exception === null).toSorted((a, b) => b.confidence - a.confidence)[0];
  const what =
    strongest === undefined ? null : `${sayGroup(strongest.group)} in the ${sayPlace(strongest.location, strongest.name)}`;
  switch (outcome) {
    case 'blocked':
      return what === null ? `Blocked: ${reason ?? request.problem ?? 'by policy'}.` : `Blocked: ${what}.`;
    case 'recorded':
      return `Passed on, and would be blocked when enforcing: ${what ?? reason ?? 'it does not fit'}.`;
    case 'refused':
      return `Refused before the application saw it: ${reason ?? request.problem ?? 'by policy'}.`;
    case 'failed':
      return `Passed on; the application did not answer well (${request.status}).`;
    case 'allowed':
    case 'ok':
      return findings.length === 0
        ? 'Passed on: nothing was found.'
        : `Passed on in ${mode} mode; what was found was not enough, or excepted.`;
    default:
      return outcome satisfies never;
  }
}

/** What an event is about, in its row. */
export function sayTarget({ target, reason, payload }: EventView): string {
  const method = payload['method'];
  const path = payload['path'];
  if (typeof path === 'string') return `${typeof method === 'string' ? `${method} ` : ''}${path}`;
  return target ?? reason ?? '';
}
