import type { ProviderName } from '../providers/provider.ts';
import { form } from './form.ts';
import type { Html } from './html.ts';
import type { Visit } from './visit.ts';

/** What a provider is asked for: to let somebody in, to accept an invitation, to confirm who sits there, to be connected. */
export const ASKED_FOR = ['sign-in', 'invite', 'confirm', 'connect'] as const;
export type AskedFor = (typeof ASKED_FOR)[number];

const WORDS: Readonly<Record<AskedFor, string>> = {
  'sign-in': 'Sign in with',
  invite: 'Continue with',
  confirm: 'Confirm with',
  connect: 'Connect',
};

export const providerForms = (visit: Visit, providers: readonly ProviderName[], why: AskedFor): readonly Html[] =>
  providers.map(({ id, name }) =>
    form(visit, { to: 'provider', button: `${WORDS[why]} ${name}`, isQuiet: true, with: { provider: id, for: why } }),
  );
