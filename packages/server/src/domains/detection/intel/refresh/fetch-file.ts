import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { UnreadableSource } from '../formats/entry.ts';
import { FEED_BYTES_MAX, inflated, type UrlAnswer } from './fetch-url.ts';

/** Where keys, records and files of others lie: nobody reads them as a list. */
const CLOSED = ['keys', 'tls', 'ledger', 'logs', 'quarantine'];

function placeOf(url: string, dataDir: string): string {
  const name = decodeURIComponent(url.slice('file:'.length).replace(/^\/\/(?=\/)/u, ''));
  return path.isAbsolute(name) ? name : path.join(dataDir, name);
}

/** A regular file, as it is now; its time and size stand for an entity tag. */
export async function fetchFile(
  { url, etag = null }: { readonly url: string; readonly etag?: string | null },
  dataDir: string,
): Promise<UrlAnswer> {
  const root = await realpath(dataDir);
  // Where it is in truth: a link may not lead into what is closed.
  const file = await realpath(placeOf(url, root)).catch((cause: unknown) => {
    throw new UnreadableSource('There is no such file.', { cause });
  });
  const below = path.relative(root, file);
  if (CLOSED.includes(below.split(path.sep, 1)[0] ?? '')) throw new UnreadableSource('Nothing is read from that folder.');
  await using handle = await open(file, 'r').catch((cause: unknown) => {
    throw new UnreadableSource('The file cannot be read.', { cause });
  });
  const found = await handle.stat();
  const { mtimeMs, size } = found;
  if (!found.isFile()) throw new UnreadableSource('It is no regular file.');
  if (size > FEED_BYTES_MAX) throw new UnreadableSource(`It is larger than ${FEED_BYTES_MAX} bytes.`);
  const tag = `${Math.round(mtimeMs)}-${size}`;
  if (tag === etag) return { kind: 'same' };
  return { kind: 'content', bytes: await inflated(await handle.readFile()), etag: tag, lastModified: null, headers: new Map() };
}
