import type { OwnPageResponse } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import { advance } from './advance.ts';
import { alert, field, form, hidden } from './form.ts';
import type { Handler } from './handler.ts';
import { markup, type Html } from './html.ts';
import type { PagesParts } from './parts.ts';
import { providerForms } from './provider-forms.ts';
import { page, redirect, withNext } from './respond.ts';
import { refusedStatus, sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

export type Link = 'invite' | 'reset/finish' | 'setup';
export const LINK_TOKEN = /^[\w-]{16,256}$/u;

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly button: string;
}
const WORDS: Readonly<Record<Link, Words>> = {
  setup: {
    title: 'Set up the first administrator',
    lead: 'Choose a name and a password. Next you set up a second factor.',
    button: 'Continue',
  },
  invite: {
    title: 'Welcome',
    lead: 'Choose a password. Next you set up a second factor.',
    button: 'Continue',
  },
  'reset/finish': {
    title: 'Choose a new password',
    lead: 'All your sessions end. Your second factor stays as it is, and is asked for next.',
    button: 'Change the password',
  },
};

/** Length over rules: what SP 800-63B-4 §3.1.1.2 asks for, and what helps to choose. */
export const PASSWORD_HINT =
  'At least 15 characters, or 8 where a second factor is used. Several words are easy to keep in mind.';

export function newPasswordFields(fault: string | null) {
  return [
    field({
      name: 'password',
      label: 'New password',
      type: 'password',
      autocomplete: 'new-password',
      hint: PASSWORD_HINT,
      error: fault,
      hasFocus: true,
    }),
    field({ name: 'again', label: 'The same password again', type: 'password', autocomplete: 'new-password' }),
  ];
}

/** Why the password was refused, in words for its owner; anything else goes on as it is. */
export function passwordFault(error: unknown): string {
  if (!isRefusal(error, 'password-unacceptable')) throw error;
  const [first] = error.errors;
  const detail = first?.detail ?? 'it is too short, too common, or contains a name';
  return `Choose another password: ${detail}.`;
}

export const MISTYPED = 'The two passwords are not the same.';

export function tokenPage(visit: Visit, kind: Link, fault: string | null): OwnPageResponse {
  const input = markup`<div class="field">
    <label for="token">Code of the link</label>
    <span class="hint" id="token-hint">The part of the link after the # sign</span>
    <input
      id="token"
      name="token"
      type="text"
      autocomplete="off"
      required
      maxlength="256"
      aria-describedby="token-hint"
      data-from-fragment
    />
  </div>`;
  return page(visit, {
    title: WORDS[kind].title,
    status: fault === null ? 200 : 422,
    hasError: fault !== null,
    hasScript: true,
    body: markup`${alert(fault)}${form(visit, { to: kind, button: 'Continue', fields: [input] })}`,
    // A link that was of no use is not kept.
    ...(fault === null ? {} : { cookies: { link: null } }),
  });
}

export interface Faults {
  readonly password: string | null;
  /** Left out = the name is not asked for. */
  readonly name?: string | null;
  /** An invitation can be accepted without a password. */
  readonly ways?: readonly Html[];
}

const nameField = (error: string | null) =>
  field({ name: 'name', label: 'Your name for signing in', autocomplete: 'username', error, hasFocus: true });

/** A new password is what a reset is for; elsewhere a passkey may take its place. */
const withoutPassword = (visit: Visit, kind: Link) =>
  kind !== 'reset/finish' && visit.canUsePasskeys
    ? { name: 'without', value: 'password', button: 'Continue with a passkey and no password' }
    : null;
export const wantsNoPassword = (visit: Visit): boolean => visit.field('without') === 'password';

export function choicePage(visit: Visit, kind: Link, faults: Faults): OwnPageResponse {
  const { title, lead, button } = WORDS[kind];
  const fault = faults.password ?? faults.name ?? null;
  const names = faults.name === undefined ? [] : [nameField(faults.name)];
  return page(visit, {
    title,
    status: fault === null ? 200 : 422,
    hasError: fault !== null,
    hasScript: true,
    // A newer link than the one in the cookie stands in the fragment: the script sends it first.
    body: markup`<p>${lead}</p>
      ${form(visit, { to: kind, button, fields: [...names, ...newPasswordFields(faults.password)], other: withoutPassword(visit, kind) })} ${faults.ways ?? null}
      <form hidden method="post" action="${visit.mount.path(kind)}">
        ${hidden(visit)}<input type="hidden" name="token" data-from-fragment />
      </form>`,
  });
}

/**
 * An invitation, or the link of a reset. Looking at it uses nothing up: mail scanners open links too. The secret moves from
 * the address to a cookie at once, so that neither history nor referrer keeps it.
 */
export function linkHandler(kind: Exclude<Link, 'setup'>, parts: PagesParts): Handler {
  const { signIn } = parts;
  const choice = (visit: Visit, password: string | null): OwnPageResponse =>
    choicePage(visit, kind, { password, ways: kind === 'invite' ? providerForms(visit, parts.providers, 'invite') : [] });
  const here = (visit: Visit): string => withNext(visit.mount.path(kind), visit.next);
  return {
    get(visit) {
      const token = visit.query('token');
      if (token !== null && LINK_TOKEN.test(token)) return Promise.resolve(redirect(visit, here(visit), { link: token }));
      return Promise.resolve(visit.cookie('link') === null ? tokenPage(visit, kind, null) : choice(visit, null));
    },
    async post(visit) {
      const given = visit.field('token').replace(/^.*[#=]/u, '');
      if (given !== '') {
        if (!LINK_TOKEN.test(given)) return tokenPage(visit, kind, sayRefused(BAD_LINK));
        return redirect(visit, here(visit), { link: given });
      }
      const token = visit.cookie('link');
      if (token === null) return tokenPage(visit, kind, null);
      if (kind === 'invite' && wantsNoPassword(visit)) {
        const enrol = await signIn.acceptWithoutPassword(token, visit.context);
        return enrol.kind === 'refused' ? tokenPage(visit, kind, sayRefused(enrol)) : advance(visit, enrol, parts);
      }
      const password = visit.field('password');
      if (password !== visit.field('again')) return choice(visit, MISTYPED);
      try {
        const step = await (kind === 'invite'
          ? signIn.acceptInvite(token, password, visit.context)
          : signIn.finishReset(token, password, visit.context));
        if (step.kind !== 'refused') return await advance(visit, step, parts);
        if (step.cause === 'link') return tokenPage(visit, kind, sayRefused(step));
        return page(visit, {
          title: WORDS[kind].title,
          status: refusedStatus(step),
          retryAfterSeconds: step.retryAfterSeconds,
          hasError: true,
          body: markup`${alert(sayRefused(step))}`,
        });
      } catch (error) {
        return choice(visit, passwordFault(error));
      }
    },
  };
}

export const BAD_LINK = { kind: 'refused', cause: 'link', retryAfterSeconds: null } as const;
