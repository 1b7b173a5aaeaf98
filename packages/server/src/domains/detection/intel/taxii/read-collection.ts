import { UnreadableSource } from '../formats/entry.ts';
import type { Collection, Envelope } from './messages.ts';
import { below, type TaxiiClient } from './taxii-client.ts';

export const PAGES_MAX = 1000;
export const TAXII_BYTES_MAX = 67_108_864;
export const TAXII_MS_MAX = 120_000;
const LIMIT = 1000;
/** What a gateway can look for; the rest of a collection is not brought over. */
const TYPES = ['indicator'];

/** The address of a collection: written out, or found by its id, alias or title from the discovery or an API root. */
export async function findCollection(client: TaxiiClient, url: string, name: string | null): Promise<string> {
  if (/\/collections\/[^/?#]+\/?$/u.test(new URL(url).pathname)) return below(url, '');
  const start = await client.start(below(url, ''));
  const roots = 'api_roots' in start ? start.api_roots.map((root) => rootAt(root, url)) : [below(url, '')];
  const found: string[] = [];
  for (const root of roots) {
    for (const collection of await client.collections(root)) {
      if (!collection.can_read) continue;
      if (name === null || isNamed(collection, name))
        found.push(below(root, `collections/${encodeURIComponent(collection.id)}/`));
    }
  }
  const [only, another] = found;
  if (only === undefined) throw new UnreadableSource('It has no such collection that may be read.');
  if (another !== undefined) throw new UnreadableSource(`It has ${found.length} collections: say which.`);
  return only;
}

const isNamed = ({ id, alias, title }: Collection, name: string): boolean => [id, alias, title].includes(name);

/** A credential goes to where it was written for: a root on another origin is not followed. */
function rootAt(root: string, url: string): string {
  const target = URL.canParse(root, url) ? new URL(root, url) : null;
  if (target === null || target.origin !== new URL(url).origin)
    throw new UnreadableSource('Its API root is on another host; write the address of that root.');
  return below(target.href, '');
}

export interface Reading {
  readonly client: TaxiiClient;
  /** Address of the collection. */
  readonly collection: string;
  /** Null = from the beginning. */
  readonly position: string | null;
  /** Milliseconds, only ever compared. */
  readonly now: () => number;
}

export interface ReadCollection {
  readonly objects: readonly Envelope['objects'][number][];
  /** Where to go on; null = the server does not say. */
  readonly position: string | null;
}

/**
 * Everything that was added to a collection after `position` (TAXII 2.1 §3.4), page by page. Where there is more than is read in
 * one turn, the next turn goes on there.
 */
export async function readCollection({ client, collection, position, now }: Reading): Promise<ReadCollection> {
  const objects: Envelope['objects'][number][] = [];
  const startedAt = now();
  let last = position;
  let after = position;
  let next: string | null = null;
  let bytes = 0;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await client.objects(collection, { addedAfter: after, next, limit: LIMIT, types: TYPES });
    objects.push(...page.content.objects);
    last = laterOf(last, page.lastAdded);
    bytes += page.bytes;
    if (!page.content.more || page.content.objects.length === 0) return { objects, position: last };
    if (bytes > TAXII_BYTES_MAX || now() - startedAt > TAXII_MS_MAX) break;
    const following: string | null = page.content.next ?? null;
    // Without a way on, the time of the last object is the way on (§3.4); the same one again would go in circles.
    if (following === null ? page.lastAdded === null || page.lastAdded === after : following === next)
      throw new UnreadableSource('It says that there is more, and not where.');
    if (following === null) after = page.lastAdded;
    next = following;
  }
  if (last === position) throw new UnreadableSource('It holds more than is read in one turn, and does not say where to go on.');
  return { objects, position: last };
}

function laterOf(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return Date.parse(other) >= Date.parse(one) ? other : one;
}
