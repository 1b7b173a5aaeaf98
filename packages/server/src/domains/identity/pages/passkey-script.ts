import { createHash } from 'node:crypto';
import { markup, type Html } from './html.ts';
import { hidden } from './form.ts';
import type { PageName } from './mount.ts';
import type { Visit } from './visit.ts';

/**
 * The one script of our pages: hands the options that stand on the form to the browser, and its answer to a field of the form.
 * Also takes the secret of a link out of the fragment of the address, which no server and no log sees.
 */
const SCRIPT = `'use strict';
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
const credential = (item) => ({ ...item, id: bytes(item.id) });
function readOptions(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = options.allowCredentials.map(credential);
  if (options.excludeCredentials) read.excludeCredentials = options.excludeCredentials.map(credential);
  return read;
}
function write({ id, rawId, type, response, authenticatorAttachment }, extensions) {
  const written = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    written.attestationObject = text(response.attestationObject);
    if (response.getTransports) written.transports = response.getTransports();
  } else {
    written.authenticatorData = text(response.authenticatorData);
    written.signature = text(response.signature);
    if (response.userHandle) written.userHandle = text(response.userHandle);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: written, clientExtensionResults: extensions, authenticatorAttachment: authenticatorAttachment ?? undefined });
}
const form = document.querySelector('form[data-passkey]');
if (form) {
  const say = form.querySelector('[data-say]');
  let busy = false;
  const start = async () => {
    if (busy) return;
    busy = true;
    say.className = '';
    say.textContent = 'Waiting for your passkey …';
    try {
      const publicKey = readOptions(JSON.parse(form.dataset.options));
      const made = form.dataset.passkey === 'create' ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      form.elements.response.value = write(made, made.getClientExtensionResults());
      form.submit();
    } catch {
      busy = false;
      say.className = 'error';
      say.textContent = 'That did not work: it was cancelled, took too long, or this device has no fitting passkey.';
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void start();
  });
  if (!window.PublicKeyCredential) say.textContent = 'This browser has no passkeys. Choose another way.';
  else if (form.hasAttribute('data-start')) void start();
}
const link = document.querySelector('input[data-from-fragment]');
if (link && location.hash.length > 1) {
  link.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname + location.search);
  link.form.submit();
}
`;

/** Named by its content: kept by browsers for good, and never of another version than the page. */
export const SCRIPT_FILE = `page-${createHash('sha256').update(SCRIPT).digest('hex').slice(0, 16)}.js`;

export const SCRIPT_RESPONSE = {
  status: 200,
  headers: [
    ['content-type', 'text/javascript; charset=utf-8'],
    ['cache-control', 'public, max-age=31536000, immutable'],
    ['x-content-type-options', 'nosniff'],
    ['cross-origin-resource-policy', 'same-origin'],
  ] satisfies [string, string][],
  body: SCRIPT,
};

export interface PasskeyForm {
  readonly to: PageName;
  readonly verb: 'get' | 'create';
  readonly options: Readonly<Record<string, unknown>>;
  readonly button: string;
  readonly fields?: Html;
  readonly startsItself: boolean;
}

export function passkeyForm(visit: Visit, view: PasskeyForm): Html {
  return markup`<form
    class="main"
    method="post"
    action="${visit.mount.path(view.to)}"
    data-passkey="${view.verb}"
    data-options="${JSON.stringify(view.options)}"
    ${view.startsItself ? markup` data-start` : null}
  >
    ${hidden(visit)}<input type="hidden" name="response" value="" />${view.fields ?? null}
    <p data-say role="status"></p>
    <noscript><p class="error">Passkeys need JavaScript, which is off in this browser.</p></noscript>
    <button type="submit">${view.button}</button>
  </form>`;
}
