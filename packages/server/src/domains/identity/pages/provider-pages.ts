import type { OwnPageResponse } from '@holdfast/contract';
import type { ProviderVisit, Refused } from '../sign-in/steps.ts';
import { isSignedIn, stepUp, toLogin } from './account-page.ts';
import { advance, startAgain } from './advance.ts';
import { alert } from './form.ts';
import type { Handler } from './handler.ts';
import { markup } from './html.ts';
import type { PagesParts } from './parts.ts';
import { ASKED_FOR, type AskedFor } from './provider-forms.ts';
import { page, redirect, withNext } from './respond.ts';
import { refusedStatus, sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

const PURPOSES: Readonly<Record<AskedFor, ProviderVisit['purpose']>> = {
  'sign-in': 'sign-in',
  invite: 'sign-in',
  confirm: 'step-up',
  connect: 'enrolment',
};

/** Also what is registered at the provider, which leads nowhere else. */
const backTo = (visit: Visit, provider: string): string => `${visit.site.origin}${visit.mount.path('provider/back')}/${provider}`;

function failed(visit: Visit, refused: Refused): OwnPageResponse {
  const away = visit.session === null ? 'login' : 'account';
  // What goes on in this browser is kept: a link from elsewhere may have led here.
  if (refused.cause === 'ended') return redirect(visit, withNext(visit.mount.path(away), visit.next, 'ended'));
  return page(visit, {
    title: 'That did not work',
    isUntold: true,
    status: refusedStatus(refused),
    retryAfterSeconds: refused.retryAfterSeconds,
    hasError: true,
    body: markup`${alert(sayRefused(refused))}
      <p><a class="button" href="${withNext(visit.mount.path(away), visit.next)}">Go back</a></p>`,
    cookies: { flow: null },
  });
}

/**
 * A page that goes on by itself, not a redirect: the policy that keeps forms at home would stop that (CSP3 §6.4.1 is checked
 * for redirects too).
 */
export function providerHandler(parts: PagesParts): Handler {
  const begin = async (visit: Visit, why: AskedFor): Promise<OwnPageResponse> => {
    const chosen = parts.providers.find(({ id }) => id === visit.field('provider'));
    if (chosen === undefined) return startAgain(visit);
    const offer = await parts.signIn.beginProvider(
      {
        provider: chosen.id,
        redirectUri: backTo(visit, chosen.id),
        next: visit.next,
        purpose: PURPOSES[why],
        person: why === 'confirm' || why === 'connect' ? (visit.session?.person ?? null) : null,
        invite: why === 'invite' ? visit.cookie('link') : null,
      },
      visit.context,
    );
    if (offer.kind === 'refused') return failed(visit, offer);
    return page(visit, {
      title: `Going to ${chosen.name}`,
      body: markup`<p><a href="${offer.url}">Continue</a></p>`,
      goOn: offer.url,
      cookies: { flow: offer.challenge },
    });
  };
  return {
    get: (visit) => Promise.resolve(redirect(visit, withNext(visit.mount.path('login'), visit.next))),
    async post(visit) {
      const why = ASKED_FOR.find((one) => one === visit.field('for'));
      if (why === undefined) return startAgain(visit);
      if (why === 'sign-in' || why === 'invite') return begin(visit, why);
      if (!isSignedIn(visit)) return toLogin(visit);
      // Whoever has this account can sign in from then on (ASVS 5.0 7.5.1).
      if (why === 'connect' && !(await parts.sessions.isElevated(visit.session.hash))) return stepUp(visit, parts, null);
      return begin(visit, why);
    },
  };
}

/** Where a provider leads back to. A link from elsewhere ends here too: it has no question of this browser to answer. */
export function providerBackHandler(parts: PagesParts): Handler {
  return {
    async get(visit) {
      const provider = visit.path.slice(visit.mount.path('provider/back').length + 1);
      const { step, next } = await parts.signIn.finishProvider(visit.cookie('flow'), {
        provider,
        redirectUri: backTo(visit, provider),
        query: visit.search,
        person: visit.session?.person ?? null,
        context: visit.context,
      });
      // Never what the address says: that is the provider's, or anybody's.
      const going: Visit = { ...visit, next };
      if (step.kind === 'refused') return failed(going, step);
      if (step.kind === 'confirmed' && step.purpose === 'enrolment') {
        return redirect(going, withNext(visit.mount.path('account'), null, 'connected'), { flow: null });
      }
      return advance(going, step, parts);
    },
    post: (visit) => Promise.resolve(startAgain(visit)),
  };
}
