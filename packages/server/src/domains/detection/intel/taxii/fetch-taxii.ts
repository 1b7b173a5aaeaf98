import { setTimeout as sleep } from 'node:timers/promises';
import { UnreadableSource } from '../formats/entry.ts';
import type { FetchSource } from '../refresh/fetched.ts';
import { fetchUrl, RefusedAnswer } from '../refresh/fetch-url.ts';
import { findCollection, readCollection } from './read-collection.ts';
import { TAXII_MEDIA_TYPE, TaxiiClient, type TaxiiAnswer } from './taxii-client.ts';

/** What was added to a collection of a TAXII 2.1 server since it was asked last. */
export const fetchTaxii: FetchSource = async (source, place) => {
  const { url, collection, credential, position, pinned } = source;
  if (url === null || !/^https?:/u.test(url))
    throw new UnreadableSource('A TAXII server has an address that begins with https://.');
  if (pinned !== null) throw new UnreadableSource('What a TAXII server tells is another thing each time: it has no digest.');
  const authorization = credential === null ? null : authorizationOf(place.secret(credential));
  const get = async (at: string): Promise<TaxiiAnswer> => askedFor(at, authorization);
  const client = new TaxiiClient({ get, sleep: async (ms) => sleep(ms) });
  const found = await findCollection(client, url, collection);
  const read = await readCollection({ client, collection: found, position, now: () => performance.now() });
  if (read.objects.length === 0 && read.position === position) return { kind: 'same' };
  return {
    kind: 'content',
    text: JSON.stringify({ objects: read.objects }),
    etag: null,
    lastModified: null,
    position: read.position,
  };
};

/** `name:password` is Basic (TAXII 2.1 §1.6.7), anything else a token. */
function authorizationOf(secret: string): string {
  if (/^(?:Basic|Bearer) /u.test(secret)) return secret;
  return secret.includes(':') ? `Basic ${Buffer.from(secret).toString('base64')}` : `Bearer ${secret}`;
}

async function askedFor(url: string, authorization: string | null): Promise<TaxiiAnswer> {
  try {
    const answer = await fetchUrl({ url, accept: TAXII_MEDIA_TYPE, authorization });
    if (answer.kind === 'same') return { status: 304, text: '', headers: new Map() };
    return { status: 200, text: new TextDecoder().decode(answer.bytes), headers: answer.headers };
  } catch (error) {
    if (!(error instanceof RefusedAnswer)) throw error;
    const headers = new Map(error.retryAfter === null ? [] : [['retry-after', error.retryAfter] as const]);
    return { status: error.status, text: '', headers };
  }
}
