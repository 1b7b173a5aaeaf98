import { UnreadableSource } from '../formats/entry.ts';
import { apiRootSchema, collectionsSchema, discoverySchema, envelopeSchema, manifestSchema } from './messages.ts';
import type { ApiRoot, Collection, Discovery, Envelope, Manifest } from './messages.ts';

/** TAXII 2.1 §1.6.8.1. */
export const TAXII_MEDIA_TYPE = 'application/taxii+json;version=2.1';
const LAST_ADDED = 'x-taxii-date-added-last';
const TRIES_MAX = 3;
const WAIT_SECONDS_MAX = 30;
/** Too many calls, or a server that is just not there: worth another try (RFC 9110 §10.2.3, RFC 6585 §4). */
const PASSING = new Set([429, 502, 503, 504]);

export interface TaxiiAnswer {
  readonly status: number;
  readonly text: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface TaxiiParts {
  /** One GET with the media type of TAXII; whatever the status. */
  readonly get: (url: string) => Promise<TaxiiAnswer>;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface ObjectsQuery {
  readonly addedAfter?: string | null;
  readonly limit?: number;
  readonly next?: string | null;
  readonly types?: readonly string[];
  readonly ids?: readonly string[];
  readonly versions?: readonly string[];
  readonly specVersions?: readonly string[];
}

export interface Page<T> {
  readonly content: T;
  /** Of the last object of the page: where to go on another time. */
  readonly lastAdded: string | null;
  readonly bytes: number;
}

/** Asks a TAXII 2.1 server; rejects with `UnreadableSource` in words that may be shown. */
export class TaxiiClient {
  readonly #parts: TaxiiParts;

  constructor(parts: TaxiiParts) {
    this.#parts = parts;
  }

  async discovery(url: string): Promise<Discovery> {
    return (await this.#read(url, discoverySchema)).content;
  }

  /** What stands at an address that somebody wrote: it may be the discovery, or an API root. */
  async start(url: string): Promise<Discovery | ApiRoot> {
    return (await this.#read(url, discoverySchema.or(apiRootSchema))).content;
  }

  async apiRoot(url: string): Promise<ApiRoot> {
    return (await this.#read(url, apiRootSchema)).content;
  }

  async collections(apiRoot: string): Promise<readonly Collection[]> {
    return (await this.#read(below(apiRoot, 'collections/'), collectionsSchema)).content.collections;
  }

  async objects(collection: string, query: ObjectsQuery): Promise<Page<Envelope>> {
    return this.#read(withQuery(below(collection, 'objects/'), query), envelopeSchema);
  }

  async manifest(collection: string, query: ObjectsQuery): Promise<Page<Manifest>> {
    return this.#read(withQuery(below(collection, 'manifest/'), query), manifestSchema);
  }

  async #read<T>(url: string, schema: { safeParse(value: unknown): { success: boolean; data?: T } }): Promise<Page<T>> {
    const answer = await this.#ask(url);
    if (answer.status !== 200) throw new UnreadableSource(`It answered ${answer.status}.`);
    const type = answer.headers.get('content-type') ?? '';
    if (!/^application\/(?:taxii\+)?json\b/iu.test(type) || /version=(?!2\.1)/u.test(type))
      throw new UnreadableSource('It does not speak TAXII 2.1.');
    const read = schema.safeParse(parsed(answer.text));
    if (!read.success || read.data === undefined) throw new UnreadableSource('It answered something else than TAXII 2.1 says.');
    return { content: read.data, lastAdded: answer.headers.get(LAST_ADDED) ?? null, bytes: answer.text.length };
  }

  async #ask(url: string): Promise<TaxiiAnswer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#parts.get(url);
      if (!PASSING.has(answer.status) || tries >= TRIES_MAX) return answer;
      const seconds = waitSeconds(answer.headers.get('retry-after'), tries);
      // The next turn comes soon enough for whoever asks for more.
      if (seconds > WAIT_SECONDS_MAX) return answer;
      await this.#parts.sleep(seconds * 1000);
    }
  }
}

/** Seconds or a date (RFC 9110 §10.2.3). A date is not compared with a clock here: it is one more try, later. */
function waitSeconds(header: string | undefined, tries: number): number {
  if (header !== undefined && /^\d{1,6}$/u.test(header)) return Number(header);
  return 2 ** tries;
}

export function below(base: string, part: string): string {
  return `${base.endsWith('/') ? base : `${base}/`}${part}`;
}

function withQuery(url: string, query: ObjectsQuery): string {
  const target = new URL(url);
  const set = (name: string, value: string | null): void => {
    if (value !== null && value !== '') target.searchParams.set(name, value);
  };
  set('added_after', query.addedAfter ?? null);
  set('limit', query.limit === undefined ? null : String(query.limit));
  set('next', query.next ?? null);
  set('match[id]', (query.ids ?? []).join(','));
  set('match[type]', (query.types ?? []).join(','));
  set('match[version]', (query.versions ?? []).join(','));
  set('match[spec_version]', (query.specVersions ?? []).join(','));
  return target.href;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
