import type { PolicyAnswer } from '@holdfast/contract';

/** The set that guards Holdfast's own API. */
export const API_SET = 'holdfast';
/** The set that guards secrets of all applications. */
export const SECRETS_SET = 'holdfast-secrets';

/** Whom a set is about, as the list names it. */
export const nameOfSet = (set: string): string => (set === API_SET ? 'Holdfast itself' : set === SECRETS_SET ? 'Secrets' : set);

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((value) => ({ value, label: value }));

const WHY: Readonly<Record<PolicyAnswer['why'], string>> = {
  permitted: 'permitted by',
  unpermitted: 'no policy permits it',
  forbidden: 'forbidden by',
  failed: 'a policy could not be evaluated',
  'no-policies': 'there are no policies: only the sign-in decides',
};

export const sayWhy = ({ why, policies }: Pick<PolicyAnswer, 'why' | 'policies'>): string =>
  policies.length === 0 ? WHY[why] : `${WHY[why]} ${policies.join(', ')}`;

const EXAMPLE = `// Everybody who is signed in with two factors may read.
@id("members-read")
permit (
  principal is Person,
  action in [Action::"GET", Action::"HEAD"],
  resource
) when { context.acr == "aal2" };
`;

const SECRETS_EXAMPLE = `// Values of payment keys go into programs only.
@id("payment-keys-run-only")
forbid (
  principal,
  action == Action::"secret:reveal",
  resource
) when { resource.name like "PAYMENT_*" && context.purpose != "run" };
`;

/** What a first set may look like. */
export const exampleFor = (set: string): string => (set === SECRETS_SET ? SECRETS_EXAMPLE : EXAMPLE);
