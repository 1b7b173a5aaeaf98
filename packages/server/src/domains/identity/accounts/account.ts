const NAME_MAX = 63;

/** What a token has to know of the account that it belongs to. */
export interface TokenAccount {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly applications: readonly string[];
}

/**
 * The account that a token is for when it was made by a name of its own only.
 *
 * @example accountNameOf('CI (GitHub)') // 'ci-github'
 */
export function accountNameOf(tokenName: string): string {
  const words = tokenName.toLowerCase().split(/[^a-z0-9]+/u);
  const name = words
    .filter((word) => word !== '')
    .join('-')
    .slice(0, NAME_MAX)
    .replace(/-$/u, '');
  return name === '' ? 'token' : name;
}
