import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { SealPort } from '../../platform/keyring/seal/seal-port.ts';
import { problemResponse } from '../../platform/http/problem.ts';
import type { Log } from '../../platform/log.ts';
import { Refusal } from '../../platform/refusal.ts';
import { faultsOf, toRefusal } from '../faults.ts';
import { peerAddress } from '../authenticate.ts';
import type { Trust } from '../parts.ts';
import type { VaultHandler } from '../vault/create-vault.ts';
import type { Api, ApiEnv } from '../route.ts';
import { mountSealed } from '../routes/seal.ts';
import { nameRequest, newRequestId, refuseForeignPages } from '../shield.ts';

const BODY_BYTES_MAX = 16_384;

export interface SealedApiParts {
  readonly seal: Pick<SealPort, 'status' | 'unseal' | 'reset'>;
  readonly log: Log;
  readonly trust: Trust;
  readonly vault: VaultHandler;
}

/** The admin API of a process without keys: it lives, it is not ready, and it can be unsealed. Everything else is refused. */
export function createSealedApi({ seal, log, trust, vault }: SealedApiParts): Api {
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new Refusal('input-invalid', { errors: faultsOf(result.error) });
    },
  });
  api.onError((error, context) => {
    const requestId = (context.get('requestId') as string | undefined) ?? newRequestId();
    const refusal = toRefusal(error);
    if (!(refusal instanceof Refusal)) log.error({ err: error, request_id: requestId }, 'a call of the sealed API failed');
    return problemResponse(refusal, requestId);
  });
  api.notFound((context) => problemResponse(new Refusal('keyring-sealed'), context.get('requestId')));
  api.use(nameRequest, refuseForeignPages(trust));
  api.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: () => {
        throw new Refusal('body-too-large');
      },
    }),
  );
  const reasons = ['sealed'];
  api.get('/-/live', (context) => context.json({ live: true }));
  api.get('/-/startup', (context) => context.json({ started: false, reasons }, 503));
  api.get('/-/ready', (context) => context.json({ ready: false, reasons }, 503));
  mountSealed(api, seal, trust);
  if (trust.kind === 'token') api.all('/v1/*', async (context) => vault(context.req.raw, peerAddress(context)));
  return api;
}
