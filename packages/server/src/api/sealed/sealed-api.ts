import type { SealPort } from '../../platform/keyring/seal/seal-port.ts';
import type { Log } from '../../platform/log.ts';
import { createBaseApi } from '../base-api.ts';
import { peerAddress } from '../authenticate.ts';
import type { Trust } from '../parts.ts';
import type { VaultHandler } from '../vault/create-vault.ts';
import type { Api } from '../route.ts';
import { mountSealed } from '../routes/seal.ts';

const BODY_BYTES_MAX = 16_384;

export interface SealedApiParts {
  readonly seal: Pick<SealPort, 'status' | 'unseal' | 'reset'>;
  readonly log: Log;
  readonly trust: Trust;
  readonly vault: VaultHandler;
}

/** The admin API of a process without keys: it lives, it is not ready, and it can be unsealed. Everything else is refused. */
export function createSealedApi({ seal, log, trust, vault }: SealedApiParts): Api {
  const api = createBaseApi({ log, trust, bodyBytesMax: BODY_BYTES_MAX, notFound: 'keyring-sealed' });
  const reasons = ['sealed'];
  api.get('/-/live', (context) => context.json({ live: true }));
  api.get('/-/startup', (context) => context.json({ started: false, reasons }, 503));
  api.get('/-/ready', (context) => context.json({ ready: false, reasons }, 503));
  mountSealed(api, seal, trust);
  if (trust.kind === 'token') api.all('/v1/*', async (context) => vault(context.req.raw, peerAddress(context)));
  return api;
}
