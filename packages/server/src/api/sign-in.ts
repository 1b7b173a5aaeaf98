import type { OwnPageResponse } from '@holdfast/contract';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { toGatewaySession } from '../domains/identity/index.ts';
import { Refusal } from '../platform/refusal.ts';
import { adminSession, isSecure } from './admin-session.ts';
import type { PeoplePort } from './parts.ts';
import type { Api, ApiEnv } from './route.ts';

/** A form of ours is a few fields; the longest holds the answer of a passkey. */
const FORM_BYTES_MAX = 65_536;
/** What the pages read of a request. */
const HEADERS = [
  'cookie',
  'user-agent',
  'accept',
  'accept-language',
  'content-type',
  'origin',
  'sec-fetch-site',
  'sec-fetch-mode',
];
const PATHS = ['/setup', '/sign-in', '/sign-in/*', '/sign-out'] as const;

/** Given by the listener; a request made inside this process comes from nowhere. */
function addressOf(context: Context<ApiEnv>): string {
  const { incoming } = (context.env ?? {}) as Partial<HttpBindings>;
  return incoming?.socket.remoteAddress ?? '';
}

async function answer(context: Context<ApiEnv>, { pages, sessions }: PeoplePort): Promise<Response> {
  const { req } = context;
  const body = Buffer.from(await req.arrayBuffer());
  if (body.length > FORM_BYTES_MAX) throw new Refusal('body-too-large');
  const session = await adminSession(context, sessions);
  const response: OwnPageResponse = await pages.answer({
    method: req.method,
    path: req.path,
    query: new URL(req.url).search.slice(1),
    headers: HEADERS.flatMap((name): [string, string][] => {
      const value = req.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
    body: body.toString('base64'),
    address: addressOf(context),
    host: req.header('host') ?? '',
    secure: isSecure(context),
    // The pages of the administration belong to none.
    application: 'holdfast',
    session: session === null ? null : toGatewaySession(session),
  });
  const headers = new Headers();
  for (const [name, value] of response.headers) headers.append(name, value);
  return new Response(response.body, { status: response.status, headers });
}

/** The same pages as in front of applications, on the admin listener: setup of the first owner, sign-in, one's own account. */
export function mountSignIn(api: Api, port: PeoplePort): void {
  for (const path of PATHS) api.all(path, async (context) => answer(context, port));
  // W3C "A Well-Known URL for Changing Passwords" §3.
  api.get('/.well-known/change-password', (context) => context.redirect('/sign-in/account/password', 302));
}
