import { substitute } from '../../../documents/substitution.ts';
import type { CommandAt } from '../agent.ts';
import type { OutsideAgent, OutsideCommand, OutsideRequest } from './outside-agent.ts';

type Read = OutsideRequest | { readonly kind: 'fault'; readonly detail: string };

const fault = (detail: string): { readonly kind: 'fault'; readonly detail: string } => ({ kind: 'fault', detail });

/** Ours to say: of the connection (RFC 9110 §7.6.1), of its length, of whom it is meant for, and under which key. */
const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

interface Reading {
  readonly at: CommandAt;
  readonly command: OutsideCommand;
}

/** Puts the values of now into a command, and holds it to what the operator allowed this agent to be asked for. */
export function readRequest(agent: OutsideAgent, { at, command }: Reading): Read {
  const method = command.type === 'http-api' ? command.method : 'POST';
  const path = substitute(command.path, at.values, 'path');
  if (path.kind === 'fault') return path;
  const url = urlBelow(agent.url, path.text);
  if (url === null) return fault('the address leads out of what it is written below');
  const [words = ''] = path.text.split('?', 1);
  if (!agent.allow.some((one) => one.method === method && fits(one.path, words)))
    return fault(`${agent.name} is not to be asked for ${method} ${words}: playbooks.agents of the configuration`.slice(0, 500));
  const headers = headersOf(agent, { at, command });
  if ('kind' in headers) return headers;
  const content = contentOf(headers.given.get('content-type'), { at, command });
  if (content.kind === 'fault') return content;
  const type = command.type === 'openc2-http' ? { 'content-type': 'application/openc2+json;version=1.0' } : {};
  const key = { 'idempotency-key': `"${at.key}"` };
  return { kind: 'request', method, url, headers: { ...type, ...Object.fromEntries(headers.given), ...key }, body: content.text };
}

/** The address as it is written: what a URL parser would read otherwise (dots, backslashes) leads elsewhere. */
function urlBelow(base: string, path: string): URL | null {
  const below = base.replace(/\/+$/u, '') + path;
  if (/%(?:2f|5c|00)/iu.test(path.split('?', 1)[0] ?? '') || path.includes('#') || !URL.canParse(below)) return null;
  const url = new URL(below);
  return url.href === below || url.href === new URL(base).href.replace(/\/+$/u, '') + path ? url : null;
}

/** `{}` stands for one segment, `**` at the end for all that follow. */
function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const segments = path.split('/');
  const isOpen = wanted.at(-1) === '**';
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (isOpen ? segments.length <= fixed.length : segments.length !== fixed.length) return false;
  return fixed.every((word, index) => (word === '{}' ? segments[index] !== '' : word === segments[index]));
}

type Headers = { readonly given: ReadonlyMap<string, string> } | ReturnType<typeof fault>;

function headersOf(agent: OutsideAgent, { at, command }: Reading): Headers {
  const given = new Map<string, string>();
  for (const [name, values] of command.headers) {
    const lower = name.toLowerCase();
    if (OURS.has(lower) || lower === agent.header) return fault(`the header ${lower.slice(0, 64)} is not for a playbook to say`);
    const filled = substitute(values.join(', '), at.values, 'header');
    if (filled.kind === 'fault') return filled;
    given.set(lower, filled.text);
  }
  return { given };
}

type Content = { readonly kind: 'content'; readonly text: string | null } | ReturnType<typeof fault>;

/** A value is escaped as JSON wants it; of other types nobody knows how, so that they take none. */
function contentOf(type: string | undefined, { at, command }: Reading): Content {
  if (command.content === null) return { kind: 'content', text: null };
  const isJson =
    command.type === 'openc2-http' || type === undefined || /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/iu.test(type);
  if (!isJson && command.content.includes('$$__')) return fault('values of variables are put into JSON only');
  const filled = isJson ? substitute(command.content, at.values, 'json') : { kind: 'text' as const, text: command.content };
  return filled.kind === 'fault' ? filled : { kind: 'content', text: filled.text };
}
