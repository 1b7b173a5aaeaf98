import type { PolicyAnswer } from '@holdfast/contract';

/** The set that guards Holdfast's own API. */
export const API_SET = 'holdfast';

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

/** What a first set may look like: a beginning that can be read. */
export const EXAMPLE = `// Everybody who is signed in with two factors may read.
@id("members-read")
permit (
  principal is Person,
  action in [Action::"GET", Action::"HEAD"],
  resource
) when { context.acr == "aal2" };
`;
