import { PROBLEMS, type OwnPageRequest, type OwnPageResponse } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import { changePasswordHandler, factorHandler, renewCodesHandler, sessionHandler } from './account-changes.ts';
import { accountHandler, confirmHandler } from './account-page.ts';
import { codesHandler, enrolHandler, enrolPasskeyHandler, enrolTotpHandler } from './enrol-pages.ts';
import { codeHandler, passkeyHandler } from './factor-pages.ts';
import { hasFormToken, isFromHere } from './form-guard.ts';
import type { Handler } from './handler.ts';
import { markup } from './html.ts';
import { resetHandler, signUpHandler } from './letter-pages.ts';
import { linkHandler } from './link-pages.ts';
import { loginHandler, logoutHandler } from './login-page.ts';
import type { Mount, PageName } from './mount.ts';
import type { PagesParts } from './parts.ts';
import { SCRIPT_FILE, SCRIPT_RESPONSE } from './passkey-script.ts';
import { providerBackHandler, providerHandler } from './provider-pages.ts';
import { page, withNext } from './respond.ts';
import { setupHandler } from './setup-page.ts';
import { readVisit, type Visit } from './visit.ts';

/** Pages of ours on one listener. */
export interface Pages {
  answer(request: OwnPageRequest): Promise<OwnPageResponse>;
}

const plain = (status: number, text: string, more: readonly [string, string][] = []): OwnPageResponse => ({
  status,
  headers: [
    ['content-type', 'text/plain; charset=utf-8'],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ...more,
  ],
  body: `${text}\n`,
});

function handlers(parts: PagesParts): Readonly<Record<PageName, Handler>> {
  return {
    login: loginHandler(parts),
    totp: codeHandler('totp', parts),
    recovery: codeHandler('recovery', parts),
    password: codeHandler('password', parts),
    passkey: passkeyHandler(parts),
    enrol: enrolHandler(parts),
    'enrol/totp': enrolTotpHandler(parts),
    'enrol/passkey': enrolPasskeyHandler(parts),
    codes: codesHandler(parts),
    logout: logoutHandler(parts),
    account: accountHandler(parts),
    'account/password': changePasswordHandler(parts),
    'account/codes': renewCodesHandler(parts),
    'account/factor': factorHandler(parts),
    'account/session': sessionHandler(parts),
    'account/confirm': confirmHandler(parts),
    invite: linkHandler('invite', parts),
    'sign-up': signUpHandler(parts),
    reset: resetHandler(parts),
    'reset/finish': linkHandler('reset/finish', parts),
    provider: providerHandler(parts),
    'provider/back': providerBackHandler(parts),
    setup: setupHandler(parts),
  };
}

/** Not sent from a page of ours: nothing is done, and nothing of the request is shown. */
function notFromHere(visit: Visit): OwnPageResponse {
  return page(visit, {
    title: 'Please try again',
    status: 403,
    hasError: true,
    body: markup`<p>This form was out of date, or did not come from this site. Nothing was changed.</p>
      <p>
        <a class="button" href="${withNext(visit.mount.path(visit.session === null ? 'login' : 'account'), visit.next)}">Go on</a>
      </p>`,
  });
}

/** A refusal that no page expects, such as a person who was disabled a moment ago; its words are safe for strangers. */
function sayProblem(visit: Visit, error: unknown): OwnPageResponse {
  if (!isRefusal(error)) throw error;
  const { status, title, detail } = PROBLEMS[error.code];
  const body = markup`<p>${detail}</p>
    <p><a class="button" href="${visit.mount.path('login')}">Begin again</a></p>`;
  return page(visit, { title, status, hasError: true, retryAfterSeconds: error.retryAfterSeconds, body });
}

/** An application's own button signs out without a token of ours; that it stands on this origin is checked all the same. */
const isAllowed = (visit: Visit): boolean => isFromHere(visit) && (visit.page === 'logout' || hasFormToken(visit));

/**
 * The pages of signing in and of one's own account, as strings. Every page works without script but for passkeys, which are
 * script. A defect throws: the gateway then answers with a page of its own.
 */
export function createPages(parts: PagesParts, mount: Mount): Pages {
  const all = handlers(parts);
  return {
    async answer(request) {
      if (request.path === mount.assets + SCRIPT_FILE) return SCRIPT_RESPONSE;
      const name = mount.find(request.path);
      const brand = await parts.brand(mount.kind === 'admin' ? null : request.application);
      if (name === null || brand === null) return plain(404, 'Not found');
      if (!['GET', 'HEAD', 'POST'].includes(request.method)) {
        return plain(405, 'Method not allowed', [['allow', 'GET, HEAD, POST']]);
      }
      const visit = readVisit(request, name, { mount, brand, parts });
      if (visit === null) return plain(400, 'Bad request');
      if (visit.isPost && !isAllowed(visit)) return notFromHere(visit);
      try {
        return await (visit.isPost ? all[name].post(visit) : all[name].get(visit));
      } catch (error) {
        return sayProblem(visit, error);
      }
    },
  };
}
