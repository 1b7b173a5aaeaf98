import { createHash } from 'node:crypto';
import type { ProviderParts } from '../providers/settle.ts';
import { openTestPeople, type TestPeople } from '../people/test-people.ts';
import type { HashParameters } from '../people/password-hash.ts';
import { totpCode, totpStep } from '../people/totp.ts';
import { createSignIn, type ByLetter } from './sign-in.ts';
import type { SessionRequest, SignIn, SignInContext, Step } from './steps.ts';

export interface TestSession {
  readonly token: string;
}

export interface TestSignIn extends AsyncDisposable {
  readonly test: TestPeople;
  readonly signIn: SignIn<TestSession> & ByLetter;
  /** What sessions were opened with. */
  readonly opened: SessionRequest[];
  reset(): Promise<void>;
}

export const FROM: SignInContext = {
  kind: 'application',
  application: 'demo',
  needsMfa: false,
  address: '192.0.2.7',
  userAgent: 'test',
  deviceToken: null,
};

export async function openTestSignIn(parameters?: HashParameters, providers?: ProviderParts): Promise<TestSignIn> {
  const test = await openTestPeople(parameters);
  const opened: SessionRequest[] = [];
  const signIn = createSignIn<TestSession>({
    people: test.people,
    ...(providers === undefined ? {} : { providers }),
    openSession: async (request) => {
      opened.push(request);
      return Promise.resolve({ token: `session-${opened.length}` });
    },
  });
  return {
    test,
    signIn,
    opened,
    async reset() {
      await test.reset();
      opened.length = 0;
    },
    [Symbol.asyncDispose]: async () => test[Symbol.asyncDispose](),
  };
}

/** The step if it is of this kind; a clear failure otherwise. */
export function expectStep<Kind extends string, Any extends { readonly kind: string }>(
  step: Any,
  kind: Kind,
): Extract<Any, { readonly kind: Kind }> {
  if (step.kind !== kind) throw new Error(`assert: a step ${kind}, not ${JSON.stringify(step)}`);
  // Just compared.
  return step as Extract<Any, { readonly kind: Kind }>;
}

/** An authenticator app: the base32 of the offer, and codes at a time. */
export function authenticator(secret: string): { readonly code: (nowMs: number) => string } {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = Array.from(secret)
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const bytes = Buffer.from((bits.match(/.{8}/gu) ?? []).map((eight) => Number.parseInt(eight, 2)));
  return { code: (nowMs) => totpCode(bytes, totpStep(nowMs)) };
}

export interface Enrolled {
  readonly app: ReturnType<typeof authenticator>;
  readonly codes: readonly string[];
  readonly last: Step<TestSession>;
}

/** From `enrol` to the end: app, recovery codes, one typed back. */
export async function enrolTotp({ test, signIn }: TestSignIn, challenge: string): Promise<Enrolled> {
  const offer = expectStep(await signIn.enrolTotp(challenge, 'Demo'), 'totp-offer');
  const app = authenticator(offer.secret);
  const { codes, challenge: saving } = expectStep(
    await signIn.confirmTotp(challenge, app.code(test.platform.clock.now())),
    'recovery-codes',
  );
  return { app, codes, last: await signIn.confirmSaved(saving, codes[3] ?? '') };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
