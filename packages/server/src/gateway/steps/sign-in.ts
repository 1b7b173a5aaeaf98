import type { Step } from '../exchange.ts';
import type { SignInWatch } from '../sign-in/sign-in-watch.ts';

/** Tries at a login form of the application: slowed down in every mode, for strangers' devices before the owner's. */
export const signIn = (watch: SignInWatch): Step => ({
  name: 'sign-in',
  onFailure: 'block',
  run: (exchange) => watch.before(exchange),
});
