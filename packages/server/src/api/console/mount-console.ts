import type { Context, Next } from 'hono';
import type { Api, ApiEnv } from '../route.ts';
import type { Coding, ConsoleFile, ConsoleFiles } from './files.ts';

/**
 * Files of this origin and nothing else; what script may write into the page are texts (Trusted Types), so that no field of
 * a recorded attack becomes markup here.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** Their names carry a hash of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_OURS = /^\/(?:api|-|metrics|assets|setup|sign-in|sign-out)(?:\/|$)/u;

/** The best form that the browser takes; one with weight zero is refused by it (RFC 9110 §12.5.3). */
function codingFor(file: ConsoleFile, accepted: string): Coding {
  const taken = new Set(
    accepted
      .split(',')
      .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/u.test(part))
      .map((part) => part.split(';', 1)[0]?.trim().toLowerCase()),
  );
  return [...file.bodies.keys()].find((coding) => taken.has(coding)) ?? 'identity';
}

function send(context: Context<ApiEnv>, file: ConsoleFile, cacheControl: string): Response {
  const coding = codingFor(file, context.req.header('accept-encoding') ?? '');
  const headers = {
    'content-type': file.type,
    'cache-control': cacheControl,
    'content-security-policy': POLICY,
    vary: 'accept-encoding',
    etag: file.tag,
  };
  if (context.req.header('if-none-match') === file.tag) return new Response(null, { status: 304, headers });
  const body = file.bodies.get(coding) ?? null;
  return new Response(body, { headers: { ...headers, ...(coding === 'identity' ? {} : { 'content-encoding': coding }) } });
}

/** A person opens a page: programs that ask for JSON still get a problem document. */
const isOpened = ({ req }: Context<ApiEnv>): boolean =>
  ['GET', 'HEAD'].includes(req.method) && (req.header('accept') ?? '').includes('text/html') && !NOT_OURS.test(req.path);

interface Console {
  readonly files: () => ConsoleFiles | null;
  /** Instead of the shell where it could do nothing: nobody can sign in yet, or this person has no role here. */
  readonly plain: (context: Context<ApiEnv>, isBuilt: boolean) => Promise<Response | null>;
}

/** The console: the shell at every path of its own, and its files below `/assets/`. The shell is no secret; what it shows is asked of the API. */
export function mountConsole(api: Api, { files, plain }: Console): void {
  api.get('/assets/*', async (context, next: Next) => {
    const file = files()?.find(context.req.path) ?? null;
    return file === null ? next() : send(context, file, FOR_EVER);
  });
  api.get('*', async (context, next: Next) => {
    if (context.req.path !== '/' && !isOpened(context)) return next();
    const built = files();
    const instead = await plain(context, built !== null);
    if (instead !== null) return instead;
    return built === null ? next() : send(context, built.shell, 'no-cache');
  });
}
