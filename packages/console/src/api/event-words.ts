import type { EventView, RecordedFinding } from '@holdfast/contract';
import type { Tone } from '../ui/Badge.tsx';

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

/** The name of a type as words: `identity.session-opened` is a session that opened, `application.created` an application. */
export function sayType(type: string): string {
  const parts = type.split('.');
  const last = (parts.at(-1) ?? '').replaceAll('-', ' ');
  const words = last.includes(' ') ? last : `${parts.at(-2) ?? ''} ${last}`.trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What an event is about, in its row: of a request its target, of anything else what happened. */
export function sayTarget({ type, payload }: EventView): string {
  const method = payload['method'];
  const path = payload['path'];
  if (typeof path === 'string') return `${typeof method === 'string' ? `${method} ` : ''}${path}`;
  return sayType(type);
}
