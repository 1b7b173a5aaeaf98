import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import { outgoingFault, reachOf } from '../../../../platform/http/outgoing.ts';
import { readVersion } from '../../../../platform/version.ts';
import { UnreadableSource } from '../formats/entry.ts';

export const FEED_BYTES_MAX = 67_108_864;
const INFLATED_BYTES_MAX = 268_435_456;
const REDIRECTS_MAX = 3;
const CONNECT_MS = 10_000;
const WHOLE_MS = 120_000;
const GZIP_MAGIC = 0x1f8b;

const unzip = promisify(gunzip);

export interface Asked {
  readonly url: string;
  readonly etag?: string | null;
  readonly lastModified?: string | null;
  readonly accept?: string;
  readonly authorization?: string | null;
}

/** Another status than 200. */
export class RefusedAnswer extends UnreadableSource {
  readonly status: number;
  readonly retryAfter: string | null;

  constructor(status: number, retryAfter: string | null) {
    super(`It answered ${status}.`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export type UrlAnswer =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'content';
      readonly bytes: Uint8Array;
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly headers: ReadonlyMap<string, string>;
    };

/** An operator who writes an address of a private network, or `localhost`, means it; a name or a redirect that leads there does not. */
const namesPrivate = (url: URL): boolean => {
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  return host === 'localhost' || (isIP(host) !== 0 && reachOf(host) === 'private');
};

function faultOf(url: URL, written: URL): string | null {
  const fault = outgoingFault(url);
  if (fault !== null) return fault;
  if (namesPrivate(url) && url.hostname !== written.hostname) return 'it was sent to an address of a private network';
  return url.protocol === 'http:' && !namesPrivate(url) ? 'outside of private networks it must be encrypted' : null;
}

/** Judged when it is used, so that a name that changes its mind leads nowhere (DNS rebinding, CWE-350). */
function guarded(mayBePrivate: boolean): LookupFunction {
  return (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const bad = found?.find(({ address }) => {
        const reach = reachOf(address);
        return reach === 'forbidden' || (reach === 'private' && !mayBePrivate);
      });
      const [first] = found ?? [];
      if (error !== null || first === undefined) return done(error ?? new UnreadableSource('Its name has no address.'), []);
      if (bad !== undefined) return done(new UnreadableSource('Its name leads to an address of a private network.'), []);
      return options.all === true ? done(null, found) : done(null, first.address, first.family);
    });
  };
}

/** One GET: encrypted or to a private address that somebody wrote, bounded in time, size and redirects (SSRF, CWE-918). */
export async function fetchUrl(asked: Asked): Promise<UrlAnswer> {
  const written = new URL(asked.url);
  await using agent = disposable(new Agent({ connect: { lookup: guarded(namesPrivate(written)), timeout: CONNECT_MS } }));
  const signal = AbortSignal.timeout(WHOLE_MS);
  let url = written;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const fault = faultOf(url, written);
    if (fault !== null) throw new UnreadableSource(`It is not asked: ${fault}.`);
    const answer = await ask(url, { asked, agent: agent.agent, signal, isWritten: url.origin === written.origin });
    if (answer.kind !== 'elsewhere') return answer;
    url = answer.url;
  }
  throw new UnreadableSource(`It sent us on more than ${REDIRECTS_MAX} times.`);
}

const disposable = (agent: Agent) => ({ agent, [Symbol.asyncDispose]: async () => agent.destroy() });

interface Ask {
  readonly asked: Asked;
  readonly agent: Agent;
  readonly signal: AbortSignal;
  /** A credential goes to whom it was written for, and to nobody that it names. */
  readonly isWritten: boolean;
}

function headersOf(asked: Asked, isWritten: boolean): Record<string, string> {
  const { etag = null, lastModified = null, accept = '*/*', authorization = null } = asked;
  return {
    accept,
    'accept-encoding': 'gzip',
    'user-agent': `holdfast/${readVersion()}`,
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
    ...(authorization === null || !isWritten ? {} : { authorization }),
  };
}

async function ask(
  url: URL,
  { asked, agent, signal, isWritten }: Ask,
): Promise<UrlAnswer | { readonly kind: 'elsewhere'; readonly url: URL }> {
  const { statusCode, headers, body } = await request(url.href, {
    dispatcher: agent,
    signal,
    headers: headersOf(asked, isWritten),
  });
  const header = (name: string): string | null => [headers[name] ?? null].flat()[0] ?? null;
  const location = header('location');
  if (statusCode >= 301 && statusCode <= 308 && statusCode !== 304 && location !== null) {
    await body.dump();
    if (!URL.canParse(location, url.href)) throw new UnreadableSource('It sent us to no address.');
    return { kind: 'elsewhere', url: new URL(location, url.href) };
  }
  if (statusCode !== 200) {
    await body.dump();
    if (statusCode === 304) return { kind: 'same' };
    throw new RefusedAnswer(statusCode, header('retry-after'));
  }
  const bytes = await inflated(await readBounded(body));
  const named = new Map(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
  return { kind: 'content', bytes, etag: header('etag'), lastModified: header('last-modified'), headers: named };
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > FEED_BYTES_MAX) throw new UnreadableSource(`It is larger than ${FEED_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Packed by the server or as a file: told by its first bytes (RFC 1952 §2.3.1). */
export async function inflated(bytes: Buffer): Promise<Uint8Array> {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== GZIP_MAGIC) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: INFLATED_BYTES_MAX });
  } catch (cause) {
    throw new UnreadableSource('It cannot be unpacked, or is too large when it is.', { cause });
  }
}
