import type { ProviderName } from '../providers/provider.ts';
import type { People } from '../people/people.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { NewSession } from '../sessions/session.ts';
import type { SignIn } from '../sign-in/steps.ts';

/** What an application, or Holdfast itself, asks of a sign-in and shows on its pages. */
export interface Brand {
  readonly name: string;
  readonly needsMfa: boolean;
  /** Strangers may sign up. */
  readonly signUp: boolean;
  /** Hosts that links in letters may name; `*.` covers one label. The Host of a request alone is a stranger's word. */
  readonly hosts: readonly string[];
}

export interface PagesParts {
  /** Other ways to sign in, in the order of the configuration. */
  readonly providers: readonly ProviderName[];
  readonly signIn: SignIn<NewSession>;
  readonly sessions: Pick<Sessions, 'list' | 'end' | 'endOne' | 'endOthers' | 'elevate' | 'isElevated'>;
  readonly people: Pick<
    People,
    'find' | 'factors' | 'setPassword' | 'newRecoveryCodes' | 'removeTotp' | 'removePasskey' | 'links' | 'disconnect'
  >;
  /** Null = Holdfast itself, in its administration. The answer null = there is no such application. */
  readonly brand: (application: string | null) => Promise<Brand | null>;
  readonly random: (bytes: number) => Uint8Array;
}
