import { sealNowSchema, sealStatusSchema, unsealSchema, type SealStatus, type Unseal } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import type { SealGiver, SealPort } from '../../platform/keyring/seal/seal-port.ts';
import type { Trust } from '../parts.ts';
import { Refusal } from '../../platform/refusal.ts';
import { answers, body, needs, type Api, type ApiEnv } from '../route.ts';

const tags = ['keys'];
const path = '/api/v1/seal';
const answer = answers(sealStatusSchema, 'Whether the keys are there, and what is waited for.');
const request = { body: body(unsealSchema) };
const SHOW = 'Whether the root key is there, and what brings it.';
const UNSEAL = 'Gives a passphrase, a share, or has the root key fetched from where it is kept.';

const show = createRoute({ method: 'get', path, tags, summary: SHOW, ...needs('key:read'), responses: answer });
const unseal = createRoute({ method: 'post', path, tags, summary: UNSEAL, ...needs('key:write'), request, responses: answer });
const close = createRoute({
  method: 'post',
  path: `${path}/close`,
  tags,
  summary: 'Puts the keys away while the process runs. What happens to traffic says `keyring.whenSealed`.',
  ...needs('key:write'),
  request: { body: body(sealNowSchema) },
  responses: answer,
});
/** Nobody can be asked who they are without keys: whoever knows what opens the seal may open it. */
const showSealed = createRoute({ method: 'get', path, tags, responses: answer });
const unsealSealed = createRoute({ method: 'post', path, tags, request, responses: answer });

const giverOf = ({ kind }: Trust): SealGiver => ({ isHostOperator: kind === 'host-operator' });

type Opening = Pick<SealPort, 'status' | 'unseal' | 'reset'>;

async function give(seal: Opening, given: Unseal, giver: SealGiver): Promise<SealStatus> {
  const { passphrase, share, reset } = given;
  if (reset === true) return seal.reset();
  if (passphrase !== undefined) return seal.unseal({ kind: 'passphrase', passphrase }, giver);
  return seal.unseal(share === undefined ? { kind: 'own' } : { kind: 'share', share }, giver);
}

export function mountSeal(api: Api, seal: SealPort, trust: Trust): void {
  const giver = giverOf(trust);
  api.openapi(show, (context) => context.json(seal.status(), 200));
  api.openapi(unseal, async (context) => context.json(await give(seal, context.req.valid('json'), giver), 200));
  api.openapi(close, async (context) => {
    const { reason } = context.req.valid('json');
    return context.json(await seal.seal(reason, context.get('principal').actor), 200);
  });
}

const READING = new Set(['GET', 'HEAD']);

/** Traffic may go on with what is in memory; nothing is changed meanwhile, because nothing that is stored can be sealed. */
export function refuseChangesWhileSealed(seal: Opening) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const isChange = !READING.has(context.req.method) && context.req.path !== path && !context.req.path.startsWith(`${path}/`);
    if (isChange && seal.status().isSealed) throw new Refusal('keyring-sealed');
    await next();
  });
}

/** The same two questions where nothing else is served. */
export function mountSealed(api: Api, seal: Opening, trust: Trust): void {
  const giver = giverOf(trust);
  api.openapi(showSealed, (context) => context.json(seal.status(), 200));
  api.openapi(unsealSealed, async (context) => context.json(await give(seal, context.req.valid('json'), giver), 200));
}
