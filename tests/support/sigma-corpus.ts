import type { FieldValue, SigmaEvent } from '@holdfast/sigma';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The public Sigma rules beside the checkout: read where they lie, copied nowhere. */
const archive = new URL('../../../shared/corpora/sigma/sigma-web.tar.gz', import.meta.url);
export const isSigmaCorpusPresent = existsSync(archive);

export interface Regression {
  readonly rule_id: string;
  readonly rule: string;
  readonly events: string;
  readonly format: string;
  readonly expected_matches: number | null;
}

/** Files of the archive by their path. */
export function readSigmaCorpus(): ReadonlyMap<string, string> {
  const bytes = gunzipSync(readFileSync(archive));
  const files = new Map<string, string>();
  let longName: string | null = null;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const field = (from: number, length: number): string =>
      bytes.toString('utf8', at + from, at + from + length).replace(/\0.*$/su, '');
    const size = Number.parseInt(field(124, 12), 8);
    const kind = field(156, 1);
    const body = bytes.toString('utf8', at + 512, at + 512 + size);
    const prefix = field(345, 155);
    const name: string = longName ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`);
    longName = null;
    // GNU tar and pax write names over 100 characters into an entry of their own.
    if (kind === 'L') longName = body.replace(/\0.*$/su, '');
    else if (kind === 'x') longName = /^\d+ path=(.*)$/mu.exec(body)?.[1] ?? null;
    else if (kind === '0' || kind === '') files.set(name, body);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

export function rulesIn(files: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...files].filter(([name]) => name.startsWith('rules') && name.endsWith('.yml'));
}

/** Objects one after the other, as the regression events are stored. */
export function concatenatedObjects(text: string): readonly unknown[] {
  const objects: unknown[] = [];
  let depth = 0;
  let start = 0;
  let inText = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inText) {
      if (char === '\\') index += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{') {
      if (depth === 0) start = index;
      depth += 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth === 0) objects.push(JSON.parse(text.slice(start, index + 1)));
    }
  }
  return objects;
}

/** Fields of a Windows event as the Sigma taxonomy names them: attributes joined with `_`, event data by their own name. */
export function windowsFields(event: unknown): ReadonlyMap<string, string | number | boolean | null> {
  const fields = new Map<string, string | number | boolean | null>();
  const record = (value: unknown): Record<string, unknown> =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { System: system, EventData: data, UserData: user } = record(record(event)['Event']);
  const walk = (value: unknown, name: string): void => {
    if (value === null || typeof value !== 'object') fields.set(name, value as string | number | boolean | null);
    else {
      for (const [key, inner] of Object.entries(value)) {
        if (key === '#text') walk(inner, name);
        else if (key === '#attributes')
          for (const [attribute, text] of Object.entries(record(inner)))
            walk(text, name === '' ? attribute : `${name}_${attribute}`);
        else walk(inner, key);
      }
    }
  };
  walk(system, '');
  walk(user, '');
  walk(data, '');
  return fields;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const WEB = [{ category: 'webserver' }, { category: 'proxy' }];
const HEADERS = [
  ['c-useragent', 'user-agent'],
  ['cs-user-agent', 'user-agent'],
  ['cs-host', 'host'],
  ['cs-referer', 'referer'],
  ['cs-referrer', 'referer'],
  ['cs-cookie', 'cookie'],
] as const;

/** A request as the fields of the web rules: raw and decoded forms are values of the same field, `cs-uri-query` begins with the path. */
export function webEvent({ method, path, headers }: Request): SigmaEvent {
  const [stem = '', query = ''] = path.split('?');
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const target = [path, decoded(path), query];
  const fields = new Map<string, FieldValue>([
    ['cs-method', method],
    ['cs-uri-query', target],
    ['cs-uri', target],
    ['cs-uri-stem', [stem, decoded(stem)]],
    ['c-uri', [`https://${named.get('host') ?? ''}${path}`, path, decoded(path)]],
    ['c-uri-extension', stem.split('.').at(-1) ?? ''],
    ['sc-status', 200],
    ['c-ip', '198.51.100.7'],
  ]);
  for (const [field, header] of HEADERS) {
    const value = named.get(header);
    if (value !== undefined) fields.set(field, value);
  }
  return { fields, logsources: WEB };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Honest requests of the development corpus; none where it is absent. */
export function readWebEvents(): readonly SigmaEvent[] {
  const file = new URL('../../../shared/corpora/benign-dev.jsonl.gz', import.meta.url);
  if (!existsSync(file)) return [];
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  // The corpora's README fixes this shape.
  return lines.filter((line) => line !== '').map((line) => webEvent(JSON.parse(line) as Request));
}
