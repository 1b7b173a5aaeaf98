import type { OwnPageResponse } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import { accountPage, isSignedIn, stepUp, toLogin, type OwnVisit } from './account-page.ts';
import { advance, codeList } from './advance.ts';
import { form } from './form.ts';
import type { Handler } from './handler.ts';
import { markup } from './html.ts';
import { MISTYPED, newPasswordFields, passwordFault } from './link-pages.ts';
import type { PagesParts } from './parts.ts';
import { page, redirect, withNext } from './respond.ts';
import { sayRefused } from './said.ts';
import { isProgram, stepUpNeeded } from './step-up-answer.ts';
import type { Visit } from './visit.ts';

/** People change their own account. */
const actorOf = (visit: OwnVisit) => ({ kind: 'visitor' as const, ref: visit.session.person });

type Change = (visit: OwnVisit) => Promise<OwnPageResponse>;

const backWith = (visit: Visit, note: string): OwnPageResponse =>
  redirect(visit, withNext(visit.mount.path('account'), null, note));

/** Only for whoever is signed in; with `elevated` only within the minutes after a step-up (ASVS 5.0 7.5.1, 7.5.3). */
function guarded(parts: PagesParts, change: Change, { elevated }: { readonly elevated: boolean }) {
  return async (visit: Visit): Promise<OwnPageResponse> => {
    if (!isSignedIn(visit)) return toLogin(visit);
    if (elevated && !(await parts.sessions.isElevated(visit.session.hash))) {
      if (isProgram(visit)) return stepUpNeeded(visit.session.acr);
      // A form is not kept: after the step-up the page is there to be filled in.
      const isPage = visit.page === 'account/password';
      return stepUp(visit, parts, isPage ? visit.mount.path(visit.page) : null);
    }
    return change(visit);
  };
}

const toAccount = (visit: Visit): Promise<OwnPageResponse> => Promise.resolve(redirect(visit, visit.mount.path('account')));

function passwordPage(visit: Visit, fault: string | null): OwnPageResponse {
  return page(visit, {
    title: 'Change your password',
    status: fault === null ? 200 : 422,
    hasError: fault !== null,
    body: markup`<p>All your sessions end, this one too: you sign in again with the new password.</p>
      ${form(visit, { to: 'account/password', button: 'Change the password', fields: newPasswordFields(fault) })}
      <ul class="ways">
        <li><a href="${visit.mount.path('account')}">Back</a></li>
      </ul>`,
  });
}

export function changePasswordHandler(parts: PagesParts): Handler {
  const elevated = true;
  return {
    get: guarded(parts, (visit) => Promise.resolve(passwordPage(visit, null)), { elevated }),
    post: guarded(
      parts,
      async (visit) => {
        const password = visit.field('password');
        if (password !== visit.field('again')) return passwordPage(visit, MISTYPED);
        try {
          const given = { password, words: [visit.brand.name] };
          await parts.people.setPassword(visit.session.person, given, actorOf(visit));
        } catch (error) {
          return passwordPage(visit, passwordFault(error));
        }
        // All sessions ended with the old password, this one too (ASVS 5.0 7.4.3).
        const login = withNext(visit.mount.path('login'), visit.mount.path('account'), 'password');
        return redirect(visit, login, { session: null });
      },
      { elevated },
    ),
  };
}

export function renewCodesHandler(parts: PagesParts): Handler {
  return {
    get: toAccount,
    post: guarded(
      parts,
      async (visit) => {
        const codes = await parts.people.newRecoveryCodes(visit.session.person, actorOf(visit));
        return page(visit, {
          title: 'Your new recovery codes',
          body: markup`<p>The old ones are of no more use. Each of these opens your account once; they are shown only now.</p>
            ${codeList(codes)}
            <p><a class="button" href="${visit.mount.path('account')}">I have saved them</a></p>`,
        });
      },
      { elevated: true },
    ),
  };
}

async function removeFactor(visit: OwnVisit, factor: string, { people }: PagesParts): Promise<void> {
  const { person } = visit.session;
  const actor = actorOf(visit);
  await (factor === 'totp' ? people.removeTotp(person, actor) : people.removePasskey(person, factor, actor));
}

export function factorHandler(parts: PagesParts): Handler {
  return {
    get: toAccount,
    post: guarded(
      parts,
      async (visit) => {
        if (visit.field('add') !== '') {
          const step = await parts.signIn.beginEnrolment(visit.session.person, visit.context);
          return step.kind === 'refused' ? accountPage(visit, sayRefused(step), parts) : advance(visit, step, parts);
        }
        const disconnected = visit.field('disconnect');
        try {
          await (disconnected === ''
            ? removeFactor(visit, visit.field('remove'), parts)
            : parts.people.disconnect(visit.session.person, disconnected, actorOf(visit)));
        } catch (error) {
          if (isRefusal(error, 'not-found')) return backWith(visit, 'removed');
          if (!isRefusal(error, 'last-factor')) throw error;
          return accountPage(visit, 'Without it you could not sign in here any more: add another first.', parts);
        }
        return backWith(visit, disconnected === '' ? 'removed' : 'disconnected');
      },
      { elevated: true },
    ),
  };
}

/** Ending sessions needs no step-up: whoever sees a stranger on the list should not have to wait. */
export function sessionHandler(parts: PagesParts): Handler {
  return {
    get: toAccount,
    post: guarded(
      parts,
      async (visit) => {
        const { person, hash } = visit.session;
        const id = visit.field('id');
        if (id === 'others') {
          await parts.sessions.endOthers(person, hash);
          return backWith(visit, 'sessions');
        }
        await parts.sessions.endOne(person, id);
        return backWith(visit, 'session');
      },
      { elevated: false },
    ),
  };
}
