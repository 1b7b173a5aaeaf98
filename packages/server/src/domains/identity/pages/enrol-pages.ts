import type { OwnPageResponse } from '@holdfast/contract';
import type { Refused } from '../sign-in/steps.ts';
import { advance, startAgain } from './advance.ts';
import { isAnswer, openFlow, readJson } from './factor-pages.ts';
import { alert, field, form } from './form.ts';
import type { Handler } from './handler.ts';
import { markup } from './html.ts';
import type { PagesParts } from './parts.ts';
import { passkeyForm } from './passkey-script.ts';
import { encodeQr } from './qr/encode.ts';
import { drawQr } from './qr/draw.ts';
import { page, redirect, withNext } from './respond.ts';
import { refusedStatus, sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

const PASSKEY_NAME_CHARS_MAX = 64;

/** `ABCD EFGH …`: typed by hand, four at a time. */
const inFours = (secret: string): string => secret.replaceAll(/(.{4})(?=.)/gu, '$1 ');

const LEAVE = { login: 'Sign in as somebody else', account: 'Back', enrol: 'Another way' } as const;
const leave = (visit: Visit, to: keyof typeof LEAVE) =>
  markup`<ul class="ways"><li><a href="${withNext(visit.mount.path(to), visit.next)}">${LEAVE[to]}</a></li></ul>`;

/** Whoever comes from an invitation has not typed the name yet. */
const yourName = (visit: Visit, name: string | null) =>
  name === null || visit.session !== null ? null : markup`<p>Your name for signing in is <strong>${name}</strong>.</p>`;

/** Which second factor; the only page that somebody without one, who needs one, gets to. */
export function enrolHandler(parts: PagesParts): Handler {
  return {
    async get(visit) {
      const flow = await openFlow(visit, ['enrol'], parts);
      if (isAnswer(flow)) return flow;
      const totp = withNext(visit.mount.path('enrol/totp'), visit.next);
      // Where passkeys do not work there is nothing to choose.
      if (!visit.canUsePasskeys) return redirect(visit, totp);
      const passkey = withNext(visit.mount.path('enrol/passkey'), visit.next);
      if (flow.view.isPasskeyOnly) return redirect(visit, passkey);
      return page(visit, {
        title: 'Set up a second factor',
        body: markup`${yourName(visit, flow.view.name)}<p>Besides the password, signing in asks for something that only you have.</p>
          <ul class="rows">
            <li>
              <span><strong>Authenticator app</strong><small>A code of six digits on your phone</small></span>
              <a class="button" href="${totp}">Set up an app</a>
            </li>
            <li>
              <span
                ><strong>Passkey</strong
                ><small>The lock of this device, your phone, or a security key; cannot be phished</small></span
              >
              <a class="button" href="${passkey}">Set up a passkey</a>
            </li>
          </ul>
          ${leave(visit, visit.session === null ? 'login' : 'account')}`,
      });
    },
    post: (visit) => Promise.resolve(redirect(visit, withNext(visit.mount.path('enrol'), visit.next))),
  };
}

async function totpPage(visit: Visit, challenge: string, { refused, parts }: Again): Promise<OwnPageResponse> {
  const offer = await parts.signIn.enrolTotp(challenge, visit.brand.name);
  if (offer.kind === 'refused') return startAgain(visit);
  const qr = encodeQr(offer.uri);
  return page(visit, {
    title: 'Set up an authenticator app',
    status: refused === null ? 200 : refusedStatus(refused),
    retryAfterSeconds: refused?.retryAfterSeconds ?? null,
    hasError: refused !== null,
    body: markup`<p>${qr === null ? 'Add this site to' : 'Scan this with'} an authenticator app on your phone.</p>
      ${qr === null ? null : drawQr(qr, 'QR code for your authenticator app')}
      <p>
        On this device: <a href="${offer.uri}">open it in an app</a>. Or type the key:<br /><span class="secret"
          >${inFours(offer.secret)}</span
        >
      </p>
      ${form(visit, {
        to: 'enrol/totp',
        button: 'Continue',
        fields: [
          field({
            name: 'code',
            label: 'Code',
            hint: 'The six digits that the app shows now',
            autocomplete: 'one-time-code',
            isCode: true,
            isNumeric: true,
            error: refused === null ? null : sayRefused(refused),
          }),
        ],
      })}
      ${visit.canUsePasskeys ? leave(visit, 'enrol') : null}`,
  });
}

interface Again {
  readonly refused: Refused | null;
  readonly parts: PagesParts;
}

export function enrolTotpHandler(parts: PagesParts): Handler {
  return {
    async get(visit) {
      const flow = await openFlow(visit, ['enrol'], parts);
      return isAnswer(flow) ? flow : totpPage(visit, flow.challenge, { refused: null, parts });
    },
    async post(visit) {
      const flow = await openFlow(visit, ['enrol'], parts);
      if (isAnswer(flow)) return flow;
      const step = await parts.signIn.confirmTotp(flow.challenge, visit.field('code'));
      if (step.kind !== 'refused') return advance(visit, step, parts);
      return step.cause === 'ended' ? startAgain(visit) : totpPage(visit, flow.challenge, { refused: step, parts });
    },
  };
}

async function newPasskeyPage(visit: Visit, challenge: string, { refused, parts }: Again): Promise<OwnPageResponse> {
  const offer = await parts.signIn.registerPasskey(challenge, visit.site);
  if (offer.kind === 'refused') return startAgain(visit);
  return page(visit, {
    title: 'Set up a passkey',
    status: refused === null ? 200 : refusedStatus(refused),
    retryAfterSeconds: refused?.retryAfterSeconds ?? null,
    hasError: refused !== null,
    hasScript: true,
    body: markup`${alert(refused === null ? null : sayRefused(refused))}
      <p>Your browser asks where to keep it: on this device, on your phone, or on a security key.</p>
      ${passkeyForm(visit, {
        to: 'enrol/passkey',
        verb: 'create',
        options: offer.options,
        button: 'Set up the passkey',
        startsItself: false,
        fields: field({
          name: 'label',
          label: 'Name of the passkey',
          hint: 'So that you know it again, such as the name of the device',
          autocomplete: 'off',
          value: 'My passkey',
        }),
      })}
      ${leave(visit, 'enrol')}`,
  });
}

export function enrolPasskeyHandler(parts: PagesParts): Handler {
  return {
    async get(visit) {
      const flow = await openFlow(visit, ['enrol'], parts);
      return isAnswer(flow) ? flow : newPasskeyPage(visit, flow.challenge, { refused: null, parts });
    },
    async post(visit) {
      const flow = await openFlow(visit, ['enrol'], parts);
      if (isAnswer(flow)) return flow;
      const name = visit.field('label').trim().slice(0, PASSKEY_NAME_CHARS_MAX) || 'Passkey';
      const passkey = { ...visit.site, name };
      const step = await parts.signIn.confirmPasskey(flow.challenge, readJson(visit.field('response')), passkey);
      if (step.kind !== 'refused') return advance(visit, step, parts);
      return step.cause === 'ended' ? startAgain(visit) : newPasskeyPage(visit, flow.challenge, { refused: step, parts });
    },
  };
}

/** One code typed back. The codes themselves were in the answer before and are not shown again. */
export function codesHandler(parts: PagesParts): Handler {
  const again = (visit: Visit, refused: Refused | null): OwnPageResponse =>
    page(visit, {
      title: 'Type one recovery code',
      status: refused === null ? 200 : refusedStatus(refused),
      retryAfterSeconds: refused?.retryAfterSeconds ?? null,
      hasError: refused !== null,
      body: markup`<p>
          Type one of the codes that were just shown, to be sure that you have them. If you did not save them, sign in again: you
          can make new ones on the page of your account.
        </p>
        ${form(visit, {
          to: 'codes',
          button: 'Continue',
          fields: [
            field({
              name: 'code',
              label: 'Recovery code',
              autocomplete: 'off',
              isCode: true,
              hasFocus: true,
              error: refused === null ? null : sayRefused(refused),
            }),
          ],
        })}`,
    });
  return {
    async get(visit) {
      const flow = await openFlow(visit, ['save-codes'], parts);
      return isAnswer(flow) ? flow : again(visit, null);
    },
    async post(visit) {
      const flow = await openFlow(visit, ['save-codes'], parts);
      if (isAnswer(flow)) return flow;
      const step = await parts.signIn.confirmSaved(flow.challenge, visit.field('code'));
      if (step.kind !== 'refused') return advance(visit, step, parts);
      return step.cause === 'ended' ? startAgain(visit) : again(visit, step);
    },
  };
}
