import { html } from '../html.ts';
import { sendJson, sendPage } from '../reply.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

function wantsJson(visit: Visit): boolean {
  return visit.url.pathname.startsWith('/api/');
}

async function sendRefusal(visit: Visit, refusal: ShopError): Promise<void> {
  // What is left of an oversized body is not read, so the connection cannot be used again (RFC 9110 §15.5.14).
  if (refusal.code === 'body-too-large') visit.response.setHeader('Connection', 'close');
  if (wantsJson(visit)) return sendJson(visit, { error: refusal.code, message: refusal.message }, refusal.status);
  const body = html`<h1>That did not work</h1>
    <p>${refusal.message}</p>
    <p><a href="/">Back to the shop</a></p>`;
  await sendPage(visit, { title: 'Refused', status: refusal.status, body });
}

/** Known refusals are polite; everything else tells far too much. */
export async function sendFailure(visit: Visit, cause: unknown): Promise<void> {
  if (cause instanceof ShopError) return await sendRefusal(visit, cause);
  const error = cause instanceof Error ? cause : new TypeError(String(cause));
  const stack = error.stack ?? error.message;
  // FLAW error-page: the visitor reads the stack, the paths and the statement that failed.
  if (!wantsJson(visit)) {
    const body = html`<h1>Internal error</h1>
      <pre tabindex="0" aria-label="Stack">${stack}</pre>`;
    return await sendPage(visit, { title: 'Error', status: 500, body });
  }
  // FLAW error-json: the same for programs.
  sendJson(visit, { error: error.message, stack, cwd: process.cwd() }, 500);
}

export function breakPage(visit: Visit): void {
  visit.parts.db.prepare("SELECT warehouse_password FROM stock WHERE bin = 'A1'").all();
}
