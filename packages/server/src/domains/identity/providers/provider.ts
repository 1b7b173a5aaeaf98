import type { OidcClient } from '../../../platform/oidc/client.ts';
import type { ProviderSettings } from '../../../platform/oidc/settings.ts';

/** Somebody else who says who a person is, ready to be asked. */
export interface Provider {
  readonly settings: Pick<ProviderSettings, 'id' | 'name' | 'create' | 'emailDomains'>;
  readonly client: OidcClient;
}

/** What a page shows of it. */
export interface ProviderName {
  readonly id: string;
  readonly name: string;
}

export type Providers = ReadonlyMap<string, Provider>;

/** Whether somebody with this verified address may become a person. The part after the last `@` decides (RFC 5321 §2.3.11). */
export function admits(emailDomains: readonly string[], email: string | null): boolean {
  if (emailDomains.includes('*')) return true;
  if (email === null) return false;
  return emailDomains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}
