import type { IndicatorKind } from '@holdfast/contract';
import { domainToASCII } from 'node:url';
import { newPrefix, prefixText, readPrefix } from '../../../../platform/lookup/prefix.ts';
import { VALUE_CHARS_MAX } from './entry.ts';

const HOST_CHARS_MAX = 253;
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/u;
const HOST = /^(?=.{3,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/u;
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:']);
/** What no header holds and no line of a list should. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]+/gu;

export interface Indicator {
  readonly kind: IndicatorKind;
  readonly value: string;
}

const prefix = newPrefix();

/** `hxxps://evil[.]example` as people write it so that nobody clicks on it. */
function refang(text: string): string {
  const plain = text
    .replaceAll(/\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/giu, '.')
    .replaceAll('[:]', ':')
    .replaceAll('[://]', '://');
  return plain.replace(/^h(?:xx|tt|XX)p/iu, 'http');
}

function address(text: string): string | null {
  // With a port: `192.0.2.7:8080`, `[2001:db8::7]:8080`.
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/iu.exec(text)?.[1];
  const withoutPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/u.exec(text)?.[1];
  return readPrefix(bracketed ?? withoutPort ?? text, prefix) ? prefixText(prefix) : null;
}

/** `*.example` and `.example` stand for the name and everything below it. */
function host(text: string): string | null {
  const below = text.startsWith('*.') ? 2 : Number(text.startsWith('.'));
  const name = text.slice(below).replace(/\.$/u, '').toLowerCase();
  if (name.length === 0 || name.length > HOST_CHARS_MAX) return null;
  // eslint-disable-next-line no-control-regex
  const ascii = /^[\u0020-\u007e]+$/u.test(name) ? name : domainToASCII(name);
  if (!HOST.test(ascii)) return null;
  return below > 0 ? `*.${ascii}` : ascii;
}

/** As a browser writes it, without the part that is never sent. */
export function urlText(text: string): string | null {
  if (text.length > VALUE_CHARS_MAX || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!SCHEMES.has(url.protocol) || url.hostname === '') return null;
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href.length > VALUE_CHARS_MAX ? null : url.href;
}

const agent = (text: string): string | null => {
  const plain = text.replaceAll(CONTROLS, ' ').trim();
  return plain.length === 0 || plain.length > VALUE_CHARS_MAX ? null : plain.toLowerCase();
};

const hash = (text: string): string | null => (HASH.test(text.toLowerCase()) ? text.toLowerCase() : null);

const READERS: Readonly<Record<IndicatorKind, (text: string) => string | null>> = { address, host, url: urlText, hash, agent };
/** In the order in which a text without a kind is tried; an agent can be anything, so it must be called one. */
const GUESSED = ['address', 'hash', 'url', 'host'] as const;

/**
 * The one spelling of an indicator, or null when it is none. `kind` null = what it looks like.
 *
 * @example normaliseIndicator(null, 'hxxp://evil[.]example/a') // { kind: 'url', value: 'http://evil.example/a' }
 */
export function normaliseIndicator(kind: IndicatorKind | null, written: string): Indicator | null {
  if (written.length > VALUE_CHARS_MAX) return null;
  const text = written.trim();
  if (text === '') return null;
  const plain = kind === 'agent' ? text : refang(text);
  for (const tried of kind === null ? GUESSED : [kind]) {
    const value = READERS[tried](plain);
    if (value !== null) return { kind: tried, value };
  }
  return null;
}

/** One line, without what breaks lines, cut. */
export function detailText(text: string, charsMax: number): string | null {
  const plain = text.replaceAll(CONTROLS, ' ').replaceAll(/\s+/gu, ' ').trim();
  return plain === '' ? null : plain.slice(0, charsMax);
}
