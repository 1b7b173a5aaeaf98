import type { Context } from 'hono';
import { html } from 'hono/html';
import { adminSession } from '../admin-session.ts';
import type { PeoplePort } from '../parts.ts';
import type { ApiEnv } from '../route.ts';

type Markup = ReturnType<typeof html>;

const NOT_BUILT = html`<p>
  The console was not built. <code>npm run build:console</code> builds it; until then the command line does everything:
  <code>holdfast --help</code>.
</p>`;
const COMMANDS = html`<p>The command line does everything that the console does: <code>holdfast --help</code>.</p>`;

/** Who is there, where that decides what can be shown; null = the console can take it from here. */
async function caller(context: Context<ApiEnv>, port: PeoplePort): Promise<Markup | null> {
  const session = await adminSession(context, port.sessions);
  if (session !== null) {
    const { name, role } = session.who;
    if (role !== null) return null;
    return html`<p>Signed in as <strong>${name}</strong>, who has no role in the administration.</p>
      <p><a href="/sign-in/account">Your account</a> <a href="/sign-out">Sign out</a></p>`;
  }
  if (await port.admins.isSetupOpen())
    return html`<p>
      There is no administrator yet. The terminal in which Holdfast was started shows the link to set up the first one;
      <code>holdfast admin setup-link</code> makes a new one.
    </p>`;
  return null;
}

/** Plain HTML without script: it must work before there is anything to sign in to, and without the console. */
export async function plainStart(context: Context<ApiEnv>, port: PeoplePort | null, isBuilt: boolean): Promise<Response | null> {
  const who = port === null ? '' : await caller(context, port);
  if (who === null && isBuilt) return null;
  const signIn = html`<p><a href="/sign-in">Sign in</a></p>`;
  return context.html(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <title>Holdfast</title>
        </head>
        <body>
          <h1>Holdfast</h1>
          ${who ?? signIn} ${isBuilt ? COMMANDS : NOT_BUILT}
          <ul>
            <li><a href="/-/ready">Is it ready?</a></li>
            <li><a href="/metrics">Metrics for Prometheus</a></li>
            <li><a href="/api/openapi.json">The API, described in OpenAPI 3.1</a></li>
          </ul>
        </body>
      </html> `,
  );
}
