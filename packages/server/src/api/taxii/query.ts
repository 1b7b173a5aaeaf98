import { TaxiiFault } from './fault.ts';

/** TAXII 2.1 §3.4: what a client may ask of objects, manifest and versions. */
export interface TaxiiQuery {
  /** Milliseconds; only what was added after it. */
  readonly addedAfter: number | null;
  readonly limit: number;
  readonly next: Cursor | null;
  readonly ids: ReadonlySet<string> | null;
  readonly types: ReadonlySet<string> | null;
  readonly specVersions: ReadonlySet<string> | null;
  /** Null = the last of each object. */
  readonly versions: readonly string[] | null;
}

/** Behind which object a page ended. */
export interface Cursor {
  readonly addedAt: number;
  readonly id: string;
}

export const PAGE_MAX = 1000;
const VALUES_MAX = 200;
const PARAM_CHARS_MAX = 16_384;
/** §1.6.1: RFC 3339 in UTC. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/u;

export type Allowed = 'added_after' | 'limit' | 'next' | 'match[id]' | 'match[type]' | 'match[version]' | 'match[spec_version]';

export function readQuery(url: string): TaxiiQuery {
  const { searchParams } = new URL(url);
  const one = (name: Allowed): string | null => {
    const value = searchParams.get(name);
    if (value !== null && value.length > PARAM_CHARS_MAX) throw new TaxiiFault(400, `${name} is too long`);
    return value;
  };
  const some = (name: Allowed): readonly string[] | null => {
    const value = one(name);
    const values = value === null ? null : value.split(',').map((part) => part.trim());
    if (values !== null && (values.length > VALUES_MAX || values.includes('')))
      throw new TaxiiFault(400, `${name} is not a list of values`);
    return values;
  };
  const set = (name: Allowed): ReadonlySet<string> | null => {
    const values = some(name);
    return values === null ? null : new Set(values);
  };
  const versions = some('match[version]');
  for (const version of versions ?? []) if (!['all', 'first', 'last'].includes(version)) timeIn(version, 'match[version]');
  return {
    addedAfter: one('added_after') === null ? null : timeIn(one('added_after') ?? '', 'added_after'),
    limit: limitIn(one('limit')),
    next: cursorIn(one('next')),
    ids: set('match[id]'),
    types: set('match[type]'),
    specVersions: set('match[spec_version]'),
    versions,
  };
}

function timeIn(text: string, name: string): number {
  const time = TIMESTAMP.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new TaxiiFault(400, `${name} is not a time`);
  return time;
}

function limitIn(text: string | null): number {
  if (text === null) return PAGE_MAX;
  if (!/^[1-9]\d{0,8}$/u.test(text)) throw new TaxiiFault(400, 'limit is not a number of objects');
  return Math.min(Number(text), PAGE_MAX);
}

export function cursorText({ addedAt, id }: Cursor): string {
  return Buffer.from(`${addedAt} ${id}`).toString('base64url');
}

function cursorIn(text: string | null): Cursor | null {
  if (text === null) return null;
  const found =
    text.length > 256 ? null : /^(\d{1,15}) ([a-z0-9-]{1,128})$/u.exec(Buffer.from(text, 'base64url').toString('utf8'));
  if (found === null) throw new TaxiiFault(400, 'next is not what was given out');
  return { addedAt: Number(found[1]), id: found[2] ?? '' };
}
