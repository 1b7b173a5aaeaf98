import type { OwnPageResponse } from '@holdfast/contract';
import type { NewSession } from '../sessions/session.ts';
import type { ChallengeView, Confirmed, Method, Refused, SignedIn, Step } from '../sign-in/steps.ts';
import { field, form } from './form.ts';
import { markup } from './html.ts';
import type { PageName } from './mount.ts';
import type { PagesParts } from './parts.ts';
import { page, redirect, withNext } from './respond.ts';
import type { Visit } from './visit.ts';

type Parts = Pick<PagesParts, 'signIn' | 'sessions'>;
type Going = Exclude<Step<NewSession>, Refused>;

/** What the visitor can use here: passkeys need a name, and script. */
export const usableMethods = (visit: Pick<Visit, 'canUsePasskeys'>, methods: readonly Method[]): readonly Method[] =>
  methods.filter((method) => method !== 'passkey' || visit.canUsePasskeys);

function firstPage(visit: Visit, methods: readonly Method[]): PageName {
  const [first] = usableMethods(visit, methods);
  // A step-up of somebody whose only factor is the password asks for that again.
  return first ?? 'password';
}

/** The page on which a challenge goes on. */
export function pageOf(visit: Visit, { stage, methods }: Pick<ChallengeView, 'stage' | 'methods'>): PageName {
  switch (stage) {
    case 'second-factor':
      return firstPage(visit, methods);
    case 'enrol':
      return 'enrol';
    case 'save-codes':
      return 'codes';
    case 'passkey':
      return 'passkey';
    case 'provider':
      return 'login';
    default:
      return stage satisfies never;
  }
}

export const startAgain = (visit: Visit): OwnPageResponse => {
  // Whoever is signed in only wanted to confirm something.
  const to = visit.session === null ? 'login' : 'account';
  return redirect(visit, withNext(visit.mount.path(to), visit.next, 'ended'), { flow: null });
};

/** Writes what follows a step that was taken: the next page, or the cookies of a session. */
export async function advance(visit: Visit, step: Going, parts: Parts): Promise<OwnPageResponse> {
  switch (step.kind) {
    case 'second-factor':
      return redirect(visit, withNext(visit.mount.path(firstPage(visit, step.methods)), visit.next), { flow: step.challenge });
    case 'enrol':
      return redirect(visit, withNext(visit.mount.path('enrol'), visit.next), { flow: step.challenge });
    case 'recovery-codes':
      return showCodes(visit, step.codes, { challenge: step.challenge });
    case 'signed-in':
      return signedIn(visit, step, parts);
    case 'confirmed':
      return confirmed(visit, step, parts);
    default:
      return step satisfies never;
  }
}

/** Answered to the POST itself: no address shows the codes a second time. */
function showCodes(given: Visit, codes: readonly string[], { challenge }: { readonly challenge: string }): OwnPageResponse {
  // The form below goes on with the challenge that this answer sets.
  const visit: Visit = { ...given, cookie: (use) => (use === 'flow' ? challenge : given.cookie(use)) };
  const body = markup`<p>
      Each of these codes opens your account once, should your authenticator be lost. Keep them where you keep papers that matter:
      they are shown only now.
    </p>
    ${codeList(codes)}
    ${form(visit, {
      to: 'codes',
      button: 'I have saved them',
      fields: [
        field({
          name: 'code',
          label: 'Type one of the codes',
          hint: 'To be sure that you have them. It stays usable.',
          autocomplete: 'off',
          isCode: true,
        }),
      ],
    })}`;
  return page(visit, { title: 'Save your recovery codes', body, cookies: { flow: challenge } });
}

export const codeList = (codes: readonly string[]) =>
  markup`<ul class="codes" aria-label="Recovery codes">
    ${codes.map((code) => markup`<li>${code}</li>`)}
  </ul>`;

/**
 * A page, not a redirect: a policy that keeps forms at home would also stop a redirect of the application to another host,
 * such as its own identity provider (CSP3 §6.4.1 is checked for redirects too).
 */
async function signedIn(visit: Visit, step: SignedIn<NewSession>, { sessions }: Parts): Promise<OwnPageResponse> {
  // ASVS 5.0 7.2.4: a sign-in makes a new session, and the one before it is of no more use.
  if (visit.session !== null) await sessions.end(visit.session.hash, 'revoked');
  const account = visit.mount.path('account');
  // Whoever came in with the factor itself has not lost it.
  const isRenewal = step.renewFactors && step.session.session.amr.includes('recovery');
  const goOn = isRenewal ? withNext(account, visit.next, 'renew') : (visit.next ?? visit.mount.home);
  const { displaced } = step.session;
  const told = markup`<p>
    You were signed in at as many places as are allowed here. The oldest of these sessions was ended: if you do not know it, look at
    <a href="${account}">your account</a>.
  </p>`;
  return page(visit, {
    title: 'You are signed in',
    isUntold: true,
    body: markup`${displaced > 0 ? told : null}<p><a href="${goOn}">Continue</a></p>`,
    // Whoever is told something has the time to read it.
    ...(displaced > 0 ? {} : { goOn }),
    cookies: { session: step.session.token, device: step.deviceToken, flow: null, link: null },
  });
}

async function confirmed(visit: Visit, step: Confirmed, { sessions }: Parts): Promise<OwnPageResponse> {
  const account = visit.mount.path('account');
  // Somebody else's confirmation says nothing about this session.
  if (visit.session === null || visit.session.person !== step.person.id) return startAgain(visit);
  if (step.purpose === 'enrolment') return redirect(visit, withNext(account, null, 'factor'), { flow: null });
  const session = await sessions.elevate(visit.session.hash, { acr: step.acr, amr: step.amr });
  if (session === null) return startAgain(visit);
  const to = visit.next ?? withNext(account, null, 'confirmed');
  return redirect(visit, to, { session: session.token, flow: null });
}
