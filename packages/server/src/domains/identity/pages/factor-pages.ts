import type { OwnPageResponse } from '@holdfast/contract';
import type { ProviderName } from '../providers/provider.ts';
import type { ChallengeView, Method, Refused } from '../sign-in/steps.ts';
import { advance, pageOf, startAgain, usableMethods } from './advance.ts';
import { alert, field, form, type Field } from './form.ts';
import type { Handler } from './handler.ts';
import { markup, type Html } from './html.ts';
import type { PageName } from './mount.ts';
import type { PagesParts } from './parts.ts';
import { passkeyForm } from './passkey-script.ts';
import { providerForms } from './provider-forms.ts';
import { page, redirect, withNext } from './respond.ts';
import { refusedStatus, sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

type Code = Extract<PageName, 'totp' | 'recovery' | 'password'>;

interface CodePage {
  readonly title: string;
  readonly lead: string;
  readonly field: Field;
}

const CODE_PAGES: Readonly<Record<Code, CodePage>> = {
  totp: {
    title: 'Enter the code',
    lead: 'Open your authenticator app and type the six digits it shows.',
    field: { name: 'code', label: 'Code', autocomplete: 'one-time-code', isCode: true, isNumeric: true, hasFocus: true },
  },
  recovery: {
    title: 'Use a recovery code',
    lead: 'Type one of the codes that you saved. Each works once.',
    field: { name: 'code', label: 'Recovery code', autocomplete: 'off', isCode: true, hasFocus: true },
  },
  password: {
    title: 'Confirm it is you',
    lead: 'Type your password again.',
    field: { name: 'code', label: 'Password', type: 'password', autocomplete: 'current-password', hasFocus: true },
  },
};

const WAYS: Readonly<Record<Method, string>> = {
  totp: 'Use the code of an authenticator app',
  passkey: 'Use a passkey',
  recovery: 'Use a recovery code',
};

interface Flow {
  readonly challenge: string;
  readonly view: ChallengeView;
}

/** The challenge of this browser, if it goes on here; else what to answer instead. */
export async function openFlow(
  visit: Visit,
  stages: readonly ChallengeView['stage'][],
  { signIn }: Pick<PagesParts, 'signIn'>,
): Promise<Flow | OwnPageResponse> {
  const challenge = visit.cookie('flow');
  const view = challenge === null ? null : await signIn.view(challenge);
  if (challenge === null || view === null) return startAgain(visit);
  // A step-up is the business of whoever is signed in here.
  if (view.purpose !== 'sign-in' && visit.session === null) return startAgain(visit);
  if (!stages.includes(view.stage)) return redirect(visit, withNext(visit.mount.path(pageOf(visit, view)), visit.next));
  return { challenge, view };
}

export const isAnswer = (flow: Flow | OwnPageResponse): flow is OwnPageResponse => 'status' in flow;

function otherWays(visit: Visit, { methods }: ChallengeView, here: PageName): Html | null {
  const others = usableMethods(visit, methods).filter((method) => method !== here);
  const items = others.map(
    (method) => markup`<li><a href="${withNext(visit.mount.path(method), visit.next)}">${WAYS[method]}</a></li>`,
  );
  const away = visit.session === null ? 'login' : 'account';
  return markup`<ul class="ways">
    ${items}
    <li>
      <a href="${withNext(visit.mount.path(away), visit.next)}"
        >${visit.session === null ? 'Sign in as somebody else' : 'Back'}</a
      >
    </li>
  </ul>`;
}

interface CodeShown {
  readonly kind: Code;
  readonly view: ChallengeView;
  readonly elsewhere: Elsewhere;
}

/** A confirmation without a second factor: the password if there is one, and the accounts that are connected. */
interface Elsewhere {
  readonly hasPassword: boolean;
  readonly providers: readonly ProviderName[];
}
const NOWHERE: Elsewhere = { hasPassword: true, providers: [] };

async function elsewhereOf(visit: Visit, kind: Code, { people, providers }: PagesParts): Promise<Elsewhere> {
  if (kind !== 'password' || visit.session === null) return NOWHERE;
  const { person } = visit.session;
  const [found, links] = await Promise.all([people.find(person), people.links(person)]);
  const connected = providers.filter(({ id }) => links.some(({ provider }) => provider === id));
  return { hasPassword: found?.hasPassword ?? true, providers: connected };
}

/** What stands at the field; that nobody may try now stands above the form. */
function codeFault({ kind, view }: CodeShown, refused: Refused | null): string | null {
  if (refused === null || refused.cause === 'locked') return null;
  if (refused.cause !== 'code') return sayRefused(refused);
  const left = view.triesLeft <= 2 ? ` ${view.triesLeft} more and you begin again.` : '';
  return (kind === 'password' ? 'The password is not right.' : sayRefused(refused)) + left;
}

function codePage(visit: Visit, shown: CodeShown, refused: Refused | null): OwnPageResponse {
  const { kind, view, elsewhere } = shown;
  const { title, lead, field: input } = CODE_PAGES[kind];
  const error = codeFault(shown, refused);
  const main = markup`<p>${lead}</p>
    ${form(visit, { to: kind, button: 'Continue', fields: [field({ ...input, error })] })}`;
  return page(visit, {
    title,
    status: refused === null ? 200 : refusedStatus(refused),
    retryAfterSeconds: refused?.retryAfterSeconds ?? null,
    hasError: refused !== null,
    body: markup`${alert(refused?.cause === 'locked' ? sayRefused(refused) : null)} ${elsewhere.hasPassword ? main : null}
      ${providerForms(visit, elsewhere.providers, 'confirm')} ${otherWays(visit, view, kind)}`,
  });
}

async function finishWith(signIn: PagesParts['signIn'], kind: Code, given: { challenge: string; code: string }) {
  const { challenge, code } = given;
  switch (kind) {
    case 'totp':
      return signIn.finishTotp(challenge, code);
    case 'recovery':
      return signIn.finishRecovery(challenge, code);
    case 'password':
      return signIn.finishPassword(challenge, code);
    default:
      return kind satisfies never;
  }
}

export function codeHandler(kind: Code, parts: PagesParts): Handler {
  const { signIn } = parts;
  return {
    async get(visit) {
      const flow = await openFlow(visit, ['second-factor'], parts);
      if (isAnswer(flow)) return flow;
      return codePage(visit, { kind, view: flow.view, elsewhere: await elsewhereOf(visit, kind, parts) }, null);
    },
    async post(visit) {
      const flow = await openFlow(visit, ['second-factor'], parts);
      if (isAnswer(flow)) return flow;
      const step = await finishWith(signIn, kind, { challenge: flow.challenge, code: visit.field('code') });
      if (step.kind !== 'refused') return advance(visit, step, parts);
      const view = await signIn.view(flow.challenge);
      if (step.cause === 'ended' || view === null) return startAgain(visit);
      return codePage(visit, { kind, view, elsewhere: await elsewhereOf(visit, kind, parts) }, step);
    },
  };
}

async function passkeyPage(visit: Visit, flow: Flow, { refused, parts }: { refused: Refused | null; parts: PagesParts }) {
  const offer = await parts.signIn.passkeyOptions(flow.challenge, visit.site);
  if (offer.kind === 'refused') return startAgain(visit);
  return page(visit, {
    title: 'Use your passkey',
    status: refused === null ? 200 : refusedStatus(refused),
    retryAfterSeconds: refused?.retryAfterSeconds ?? null,
    hasError: refused !== null,
    hasScript: true,
    body: markup`${alert(refused === null ? null : sayRefused(refused))}
      <p>Your browser asks for the passkey and how you unlock it: a finger, a face, a PIN or a security key.</p>
      ${passkeyForm(visit, { to: 'passkey', verb: 'get', options: offer.options, button: 'Use a passkey', startsItself: refused === null })}
      ${otherWays(visit, flow.view, 'passkey')}`,
  });
}

/** Both as the second step and, begun from the sign-in page, as the only one. */
export function passkeyHandler(parts: PagesParts): Handler {
  const { signIn } = parts;
  return {
    async get(visit) {
      const flow = await openFlow(visit, ['second-factor', 'passkey'], parts);
      return isAnswer(flow) ? flow : passkeyPage(visit, flow, { refused: null, parts });
    },
    async post(visit) {
      if (visit.field('begin') !== '') {
        const { challenge } = await signIn.beginPasskey(visit.context, visit.site);
        return redirect(visit, withNext(visit.mount.path('passkey'), visit.next), { flow: challenge });
      }
      const flow = await openFlow(visit, ['second-factor', 'passkey'], parts);
      if (isAnswer(flow)) return flow;
      const step = await signIn.finishPasskey(flow.challenge, readJson(visit.field('response')), visit.site);
      if (step.kind !== 'refused') return advance(visit, step, parts);
      const view = await signIn.view(flow.challenge);
      if (step.cause === 'ended' || view === null) return startAgain(visit);
      return passkeyPage(visit, { challenge: flow.challenge, view }, { refused: step, parts });
    },
  };
}

/** What is no JSON is no answer of a browser; the sign-in refuses it as such. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
