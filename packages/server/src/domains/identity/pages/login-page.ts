import type { OwnPageResponse } from '@holdfast/contract';
import type { Refused } from '../sign-in/steps.ts';
import { advance } from './advance.ts';
import { alert, field, form, note } from './form.ts';
import type { Handler } from './handler.ts';
import { markup } from './html.ts';
import type { PagesParts } from './parts.ts';
import { providerForms } from './provider-forms.ts';
import { page, redirect, withNext } from './respond.ts';
import { refusedStatus, sayNote, sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

type Ways = Pick<PagesParts, 'providers'>;

function loginPage(visit: Visit, { providers }: Ways, refused: Refused | null): OwnPageResponse {
  const withPasskey = form(visit, {
    to: 'passkey',
    button: 'Sign in with a passkey',
    isQuiet: true,
    with: { begin: 'yes' },
  });
  return page(visit, {
    title: 'Sign in',
    status: refused === null ? 200 : refusedStatus(refused),
    retryAfterSeconds: refused?.retryAfterSeconds ?? null,
    hasError: refused !== null,
    body: markup`${alert(refused === null ? null : sayRefused(refused))}${note(refused === null ? sayNote(visit.query('note')) : null)}
      ${form(visit, {
        to: 'login',
        button: 'Sign in',
        fields: [
          // The name stays out of the page that refused it: what is typed there may be a password by mistake.
          field({ name: 'name', label: 'Name', autocomplete: 'username', hasFocus: true }),
          field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }),
        ],
      })}
      <ul class="ways">
        ${visit.canUsePasskeys ? markup`<li>${withPasskey}</li>` : null}
        ${providerForms(visit, providers, 'sign-in').map((one) => markup`<li>${one}</li>`)}
        <li><a href="${withNext(visit.mount.path('reset'), visit.next)}">Forgot your password?</a></li>
        ${visit.brand.signUp ? markup`<li><a href="${withNext(visit.mount.path('sign-up'), visit.next)}">No account yet? Sign up</a></li>` : null}
      </ul>`,
  });
}

export function loginHandler(parts: PagesParts): Handler {
  return {
    get(visit) {
      // A session that is too weak for here is signed in anew; a second one on top of a good one is asked for by signing out.
      const isEnough = visit.session !== null && (visit.session.acr === 'aal2' || !visit.brand.needsMfa);
      if (isEnough) return Promise.resolve(redirect(visit, visit.next ?? visit.mount.path('account')));
      return Promise.resolve(loginPage(visit, parts, null));
    },
    async post(visit) {
      const step = await parts.signIn.begin({
        ...visit.context,
        name: visit.field('name'),
        password: visit.field('password'),
      });
      return step.kind === 'refused' ? loginPage(visit, parts, step) : advance(visit, step, parts);
    },
  };
}

/** Signing out needs no form of ours: any page of the application may have a button for it, and same-origin it must be. */
export function logoutHandler(parts: Pick<PagesParts, 'sessions'>): Handler {
  return {
    get(visit) {
      if (visit.session === null) return Promise.resolve(signedOut(visit));
      const body = markup`<p>You are signed in as <strong>${visit.session.name}</strong>.</p>
        ${form(visit, { to: 'logout', button: 'Sign out' })}
        <ul class="ways">
          <li><a href="${visit.mount.path('account')}">Your account</a></li>
        </ul>`;
      return Promise.resolve(page(visit, { title: 'Sign out', body }));
    },
    async post(visit) {
      if (visit.session !== null) await parts.sessions.end(visit.session.hash, 'signed-out');
      return signedOut(visit);
    },
  };
}

function signedOut(visit: Visit): OwnPageResponse {
  const answer = page(
    { ...visit, session: null },
    {
      title: 'You are signed out',
      body: markup`<p><a class="button" href="${visit.mount.path('login')}">Sign in again</a></p>`,
      cookies: { session: null, flow: null },
    },
  );
  // ASVS 5.0 14.3.1. Only what is cached: the storage and the other cookies are the application's. Browsers take it over HTTPS.
  return visit.secure ? { ...answer, headers: [...answer.headers, ['clear-site-data', '"cache"']] } : answer;
}
