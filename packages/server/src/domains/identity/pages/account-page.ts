import type { OwnPageResponse } from '@holdfast/contract';
import type { FactorsView } from '../people/factors.ts';
import type { ProviderLink } from '../providers/link-store.ts';
import type { ProviderName } from '../providers/provider.ts';
import type { SessionListed } from '../sessions/session.ts';
import { advance } from './advance.ts';
import { deviceName } from './device-name.ts';
import { alert, form, note } from './form.ts';
import { isFromHere } from './form-guard.ts';
import type { Handler } from './handler.ts';
import { markup, type Html } from './html.ts';
import type { PagesParts } from './parts.ts';
import { providerForms } from './provider-forms.ts';
import { page, redirect, withNext } from './respond.ts';
import { sayNote, sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

/** A visit of somebody who is signed in. */
export type OwnVisit = Visit & { readonly session: NonNullable<Visit['session']> };

export const isSignedIn = (visit: Visit): visit is OwnVisit => visit.session !== null;

export const toLogin = (visit: Visit): OwnPageResponse =>
  redirect(visit, withNext(visit.mount.path('login'), visit.mount.path('account')));

function when(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

function sessionRow(visit: OwnVisit, session: SessionListed): Html {
  const where = session.kind === 'admin' ? 'Administration' : session.application;
  const isThis = session.id === visit.session.id;
  const end = form(visit, { to: 'account/session', button: 'End', isQuiet: true, with: { id: session.id } });
  return markup`<li>
    <span
      ><strong>${deviceName(session.userAgent)}</strong
      ><small>${where} · last used ${when(session.lastSeenAt)} · since ${when(session.createdAt)}</small></span
    >
    ${isThis ? markup`<span>this one</span>` : end}
  </li>`;
}

function sessionList(visit: OwnVisit, sessions: readonly SessionListed[]): Html {
  const others = sessions.filter(({ id }) => id !== visit.session.id);
  const all = form(visit, { to: 'account/session', button: 'End all others', isQuiet: true, with: { id: 'others' } });
  return markup`<h2>Where you are signed in</h2>
    <ul class="rows">
      ${sessions.map((session) => sessionRow(visit, session))}
    </ul>
    ${others.length > 1 ? all : null}`;
}

function accountList(visit: OwnVisit, { links, isElevated, providers }: Connected): Html | null {
  if (providers.length === 0) return null;
  const rows = links.map(({ provider, createdAt, lastUsedAt }) => {
    const name = providers.find(({ id }) => id === provider)?.name ?? provider;
    const used = lastUsedAt === null ? null : markup` · last used ${when(lastUsedAt)}`;
    const away = form(visit, { to: 'account/factor', button: 'Disconnect', isQuiet: true, with: { disconnect: provider } });
    return markup`<li>
      <span><strong>${name}</strong><small>since ${when(createdAt)}${used}</small></span>${isElevated ? away : null}
    </li>`;
  });
  const others = providers.filter(({ id }) => links.every(({ provider }) => provider !== id));
  return markup`<h2>Accounts elsewhere</h2>
    <ul class="rows">
      ${rows.length === 0 ? markup`<li>None is connected</li>` : rows}
    </ul>
    ${isElevated ? providerForms(visit, others, 'connect') : null}`;
}

interface Connected {
  readonly links: readonly ProviderLink[];
  readonly isElevated: boolean;
  readonly providers: readonly ProviderName[];
}

interface Shown {
  readonly factors: FactorsView;
  readonly isElevated: boolean;
}

function factorList(visit: OwnVisit, { factors, isElevated }: Shown): Html {
  const remove = (factor: string): Html | null =>
    isElevated ? form(visit, { to: 'account/factor', button: 'Remove', isQuiet: true, with: { remove: factor } }) : null;
  const totp = markup`<li>
    <span><strong>Authenticator app</strong></span
    >${remove('totp')}
  </li>`;
  const passkeys = factors.passkeys.map(
    ({ id, name, createdAt, lastUsedAt }) =>
      markup`<li>
        <span
          ><strong>Passkey: ${name}</strong
          ><small>made ${when(createdAt)}${lastUsedAt === null ? null : markup` · last used ${when(lastUsedAt)}`}</small></span
        >${remove(id)}
      </li>`,
  );
  const left = factors.recoveryCodesLeft;
  const hasNone = !factors.totp && factors.passkeys.length === 0;
  return markup`<h2>Second factors</h2>
    <ul class="rows">
      ${factors.totp ? totp : null}${passkeys} ${hasNone ? markup`<li>None yet</li>` : null}
      <li>
        <span><strong>Recovery codes</strong><small>${left} left</small></span
        >${isElevated && !hasNone ? form(visit, { to: 'account/codes', button: 'Make new ones', isQuiet: true }) : null}
      </li>
    </ul>
    ${isElevated ? form(visit, { to: 'account/factor', button: 'Add a factor', isQuiet: true, with: { add: 'yes' } }) : null}`;
}

/** What the person asks for is there only after it was confirmed who asks: no form is typed in vain (ASVS 5.0 7.5.1). */
function changes(visit: OwnVisit, isElevated: boolean): Html {
  if (isElevated) {
    return markup`<h2>Password</h2>
      <p><a class="button quiet" href="${visit.mount.path('account/password')}">Change the password</a></p>`;
  }
  return markup`<h2>Changes</h2>
    <p>To change the password or your factors, confirm once more that it is you.</p>
    ${form(visit, { to: 'account', button: 'Confirm it is me', isQuiet: true })}`;
}

export async function accountPage(visit: OwnVisit, fault: string | null, parts: PagesParts): Promise<OwnPageResponse> {
  const [person, sessions, factors, links, isElevated] = await Promise.all([
    parts.people.find(visit.session.person),
    parts.sessions.list(visit.session.person),
    parts.people.factors(visit.session.person),
    parts.people.links(visit.session.person),
    parts.sessions.isElevated(visit.session.hash),
  ]);
  if (person === null) return toLogin(visit);
  const said = fault === null ? sayNote(visit.query('note')) : null;
  return page(visit, {
    title: 'Your account',
    isWide: true,
    status: fault === null ? 200 : 422,
    hasError: fault !== null,
    body: markup`${alert(fault)}${note(said)}
      <p>
        Signed in as <strong>${person.display}</strong> (${person.name}${person.email === null ? null : markup`, ${person.email}`}).
      </p>
      ${form(visit, { to: 'logout', button: 'Sign out', isQuiet: true })} ${sessionList(visit, sessions)}
      ${factorList(visit, { factors, isElevated })} ${accountList(visit, { links, isElevated, providers: parts.providers })}
      ${changes(visit, isElevated)}
      <ul class="ways">
        <li><a href="${visit.next ?? visit.mount.home}">Back to ${visit.brand.name}</a></li>
      </ul>`,
  });
}

export function accountHandler(parts: PagesParts): Handler {
  return {
    get: (visit) => (isSignedIn(visit) ? accountPage(visit, null, parts) : Promise.resolve(toLogin(visit))),
    post: (visit) => (isSignedIn(visit) ? stepUp(visit, parts, null) : Promise.resolve(toLogin(visit))),
  };
}

/**
 * Where the console sends whoever is to confirm a change, and from where it takes them back. Opened by a link from elsewhere it
 * only shows the account: nobody is made to type a code for somebody else's page.
 */
export function confirmHandler(parts: PagesParts): Handler {
  const answer = async (visit: Visit): Promise<OwnPageResponse> => {
    if (!isSignedIn(visit)) return toLogin(visit);
    if (!isFromHere(visit)) return accountPage(visit, null, parts);
    return stepUp(visit, parts, visit.next);
  };
  return { get: answer, post: answer };
}

/** Asks once more who sits there; `to` is where it goes on. */
export async function stepUp(visit: OwnVisit, parts: PagesParts, to: string | null): Promise<OwnPageResponse> {
  const going: OwnVisit = { ...visit, next: to };
  const step = await parts.signIn.beginStepUp(visit.session.person, visit.context);
  return step.kind === 'refused' ? accountPage(visit, sayRefused(step), parts) : advance(going, step, parts);
}
