import type { OwnPageResponse } from '@holdfast/contract';
import { field, form, type Field } from './form.ts';
import type { Handler } from './handler.ts';
import { markup } from './html.ts';
import type { PageName } from './mount.ts';
import type { PagesParts } from './parts.ts';
import { page, redirect, withNext } from './respond.ts';
import type { Visit } from './visit.ts';

/** `*.` covers one label, as in certificates (RFC 9525 §6.3). */
function isOwnHost(hostname: string, hosts: readonly string[]): boolean {
  const wildcard = `*${hostname.slice(Math.max(hostname.indexOf('.'), 0))}`;
  return hosts.some((host) => host === hostname || host === wildcard);
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Links never name a host that only the request named: they would carry the secret to whoever runs that host (CWE-640). */
const isOurHost = ({ site, brand }: Visit): boolean => isOwnHost(site.rpId, brand.hosts) || LOOPBACK.has(site.rpId);

/** In the fragment: neither this server's log nor a proxy's sees the secret (ASVS 5.0 14.2.1). */
const linkBase = (visit: Visit, to: 'reset/finish' | 'invite'): string => `${visit.site.origin}${visit.mount.path(to)}#`;

interface Asking {
  readonly title: string;
  readonly lead: string;
  readonly to: PageName;
  readonly button: string;
  readonly field: Field;
}

const ask = (visit: Visit, { title, lead, to, button, field: input }: Asking): OwnPageResponse =>
  page(visit, {
    title,
    body: markup`<p>${lead}</p>
      ${form(visit, { to, button, fields: [field(input)] })}
      <ul class="ways">
        <li><a href="${withNext(visit.mount.path('login'), visit.next)}">Back to sign-in</a></li>
      </ul>`,
  });

const asked = (visit: Visit, lead: string): OwnPageResponse =>
  page(visit, {
    title: 'Look into your mail',
    body: markup`<p>${lead}</p>
      <p>Nothing came? Look where unwanted mail is kept, or ask the people who run this site.</p>
      <ul class="ways">
        <li><a href="${visit.mount.path('login')}">Back to sign-in</a></li>
      </ul>`,
  });

const RESET: Asking = {
  title: 'Forgot your password?',
  lead: 'Type your name or e-mail address. If there is an account for it, a letter with a link is sent to its address.',
  to: 'reset',
  button: 'Send the letter',
  field: { name: 'name', label: 'Name or e-mail address', autocomplete: 'username', hasFocus: true },
};
const SIGN_UP: Asking = {
  title: 'Sign up',
  lead: 'Type your e-mail address. A letter with a link to go on is sent there.',
  to: 'sign-up',
  button: 'Send the letter',
  field: { name: 'email', label: 'E-mail address', autocomplete: 'email', hasFocus: true },
};

/** Asking for a letter: the answer is the same whoever is named (ASVS 5.0 6.3.8, 13.2). */
export function resetHandler({ signIn }: Pick<PagesParts, 'signIn'>): Handler {
  return {
    get: (visit) => Promise.resolve(ask(visit, RESET)),
    async post(visit) {
      const context = { ...visit.context, linkBase: linkBase(visit, 'reset/finish') };
      if (isOurHost(visit)) await signIn.requestReset(visit.field('name'), context);
      return asked(
        visit,
        'If there is an account for it, a letter with a link is on its way. The link works once, for a short time.',
      );
    },
  };
}

/** The same for a new address and one that has an account: what differs is in the letter. */
export function signUpHandler({ signIn }: Pick<PagesParts, 'signIn'>): Handler {
  const away = (visit: Visit): OwnPageResponse => redirect(visit, withNext(visit.mount.path('login'), visit.next));
  return {
    get: (visit) => Promise.resolve(visit.brand.signUp ? ask(visit, SIGN_UP) : away(visit)),
    async post(visit) {
      if (!visit.brand.signUp) return away(visit);
      const context = { ...visit.context, linkBase: linkBase(visit, 'invite') };
      if (isOurHost(visit)) await signIn.requestSignUp(visit.field('email'), context);
      return asked(
        visit,
        'A letter with a link to go on is on its way, if letters reach that address. The link works once, for a week.',
      );
    },
  };
}
