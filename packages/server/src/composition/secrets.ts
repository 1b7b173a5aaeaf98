import type { Access } from '../domains/access/index.ts';
import type { Applications } from '../domains/applications/index.ts';
import { createSecrets, type SecretsDomain } from '../domains/secrets/index.ts';
import type { Foundation } from '../platform/foundation.ts';

interface Knowing {
  readonly applications: Applications;
  readonly access: Access;
}

/** Secrets of applications on the keyring of this data directory. */
export function openSecrets({ db, bus, clock, keyring }: Foundation, { applications, access }: Knowing): SecretsDomain {
  return createSecrets({ db, bus, clock, keyring, applications, access });
}
