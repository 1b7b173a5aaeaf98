import type { FirstOwner, Provider, Providers } from '../domains/identity/index.ts';
import { resolveReference } from '../platform/config/references.ts';
import type { Config } from '../platform/config/schema.ts';
import type { Foundation } from '../platform/foundation.ts';
import { createOidcClient } from '../platform/oidc/client.ts';

/** Those who can say who somebody is. None of them is asked before somebody wants to sign in there. */
export function openProviders({ config, clock, log }: Pick<Foundation, 'config' | 'clock' | 'log'>): Providers {
  const all = config.identity.providers.map((settings, place): [string, Provider] => {
    const pointer = `/identity/providers/${place}/clientSecret`;
    const { clientSecret } = settings;
    const secret =
      clientSecret === null ? null : resolveReference(clientSecret, { environment: process.env, folder: process.cwd(), pointer });
    return [settings.id, { settings, client: createOidcClient({ settings, secret, clock, log }) }];
  });
  return new Map(all);
}

export function firstOwnerOf({ admin: { oidc } }: Config): FirstOwner | null {
  const { provider, subject, email } = oidc;
  return provider === null ? null : { provider, subject, email };
}
