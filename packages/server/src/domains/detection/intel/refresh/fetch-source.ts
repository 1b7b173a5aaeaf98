import { createHash } from 'node:crypto';
import type { SourceFormat } from '@holdfast/contract';
import { UnreadableSource } from '../formats/entry.ts';
import { MISP_EVENTS_MAX, readManifest } from '../formats/misp-feed.ts';
import { fetchTaxii } from '../taxii/fetch-taxii.ts';
import type { Fetched, FetchPlace, FetchSource, Visited } from './fetched.ts';
import { fetchFile } from './fetch-file.ts';
import { FEED_BYTES_MAX, fetchUrl, type UrlAnswer } from './fetch-url.ts';

const decoder = new TextDecoder('utf-8');

async function visit(source: Visited, place: FetchPlace): Promise<UrlAnswer> {
  const { url, etag, last_modified: lastModified, credential } = source;
  if (url === null) throw new UnreadableSource('It has no address.');
  if (url.startsWith('file:')) return fetchFile({ url, etag }, place.dataDir);
  const authorization = credential === null ? null : `Bearer ${place.secret(credential)}`;
  return fetchUrl({ url, etag, lastModified, authorization });
}

/** One document at one address. */
const fetchOne: FetchSource = async (source, place) => {
  const answer = await visit(source, place);
  if (answer.kind === 'same') return answer;
  const { bytes, etag, lastModified } = answer;
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (source.pinned !== null && digest !== source.pinned)
    throw new UnreadableSource(`Its digest is ${digest}, and another one was expected.`);
  return { kind: 'content', text: decoder.decode(bytes), etag, lastModified, position: null };
};

/** A manifest, and beside it a document for each event that it names. */
const fetchMisp: FetchSource = async (source, place) => {
  const base = (source.url ?? '').replace(/(?:\/manifest\.json)?\/?$/u, '');
  const manifest = await fetchOne({ ...source, url: `${base}/manifest.json` }, place);
  if (manifest.kind === 'same') return manifest;
  const names = readManifest(manifest.text);
  const events: string[] = [];
  let size = 0;
  for (const name of names.slice(0, MISP_EVENTS_MAX)) {
    const answer = await visit({ ...source, url: `${base}/${name}.json`, etag: null, last_modified: null }, place);
    if (answer.kind === 'same') continue;
    size += answer.bytes.length;
    if (size > FEED_BYTES_MAX) throw new UnreadableSource(`Its events are larger than ${FEED_BYTES_MAX} bytes.`);
    events.push(decoder.decode(answer.bytes));
  }
  return { ...manifest, text: `[${events.join(',')}]` };
};

/** How each format is asked for; what is not named is one document. */
const WAYS: Partial<Record<SourceFormat, FetchSource>> = { 'misp-feed': fetchMisp, taxii: fetchTaxii };

export async function fetchSource(format: SourceFormat, source: Visited, place: FetchPlace): Promise<Fetched> {
  return (WAYS[format] ?? fetchOne)(source, place);
}
