import type { PageSchema } from '@holdfast/contract';

const ADDRESS = '/.holdfast/schema';
/** As long as the gateway says that an answer may be kept. */
const FRESH_MS = 60_000;
/** A page must not wait long for what only helps. */
const WAIT_MS = 5_000;
const PATHS_MAX = 100;

interface Held {
  readonly until: number;
  readonly schema: Promise<PageSchema | null>;
  /** Known without waiting once it is here. */
  now: PageSchema | null | undefined;
}
const held = new Map<string, Held>();
// Taken now: a page may wrap `fetch`, and so does this package when it is asked to.
const ask = fetch;

/** The schema of a path of this origin; null = none is in force, or it cannot be had: then the gateway judges alone. */
export async function schemaOf(path: string): Promise<PageSchema | null> {
  return find(path).schema;
}

/** The same without waiting; undefined = not here yet. */
export const schemaAtHand = (path: string): PageSchema | null | undefined => find(path).now;

function find(path: string): Held {
  const known = held.get(path);
  if (known !== undefined && known.until > Date.now()) return known;
  if (held.size >= PATHS_MAX) held.clear();
  const made: Held = { until: Date.now() + FRESH_MS, schema: load(path), now: undefined };
  held.set(path, made);
  void made.schema.then((schema) => (made.now = schema));
  return made;
}

async function load(path: string): Promise<PageSchema | null> {
  try {
    const answer = await ask(`${ADDRESS}?path=${encodeURIComponent(path)}`, { signal: AbortSignal.timeout(WAIT_MS) });
    // The gateway of the page itself wrote it; a fault in it is caught where it is read.
    return answer.status === 200 ? ((await answer.json()) as PageSchema) : null;
  } catch {
    return null;
  }
}
