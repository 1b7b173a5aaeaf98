import type { EventRecord, Permission } from '@holdfast/contract';
import { WRAP_TTL_MAX_MS } from '../../domains/secrets/index.ts';
import type { SealPort } from '../../platform/keyring/seal/seal-port.ts';
import { Refusal } from '../../platform/refusal.ts';
import { approleRoutes } from './auth/approle.ts';
import { createTokenGate, tokenTextOf, type Authenticated, type TokenGate } from './auth/authenticate.ts';
import { tokenRoutes } from './auth/token.ts';
import { databaseRoutes } from './engines/database.ts';
import { kvRoutes } from './engines/kv-routes.ts';
import { transitRoutes } from './engines/transit.ts';
import type { VaultParts } from './ports.ts';
import { capabilityRoutes } from './sys/capabilities.ts';
import { healthRoutes } from './sys/health.ts';
import { leaseRoutes } from './sys/leases.ts';
import { mountRoutes } from './sys/mounts.ts';
import { policyRoutes } from './sys/policies.ts';
import { wrappingRoutes } from './sys/wrapping.ts';
import { envelopeOf, toResponse, type VaultAnswer } from './wire/answer.ts';
import { invalid, type OpenCall } from './wire/call.ts';
import { parseDurationMs, seconds, timeOf } from './wire/duration.ts';
import { readBody, readTarget } from './wire/read-request.ts';
import { refusalAnswer } from './wire/refusal-answer.ts';
import { createRoutes, type Handler, type Routes, type VaultRoute } from './wire/routes.ts';

const ROUTE_CHARS_MAX = 512;
const NOBODY = { kind: 'visitor', ref: 'api' } as const;

/** Answers one call below `/v1/`. `address` = of the connection. Never throws. */
export type VaultHandler = (request: Request, address: string | null) => Promise<Response>;

interface Behind {
  readonly parts: VaultParts;
  readonly gate: TokenGate;
  readonly routes: Routes;
}

/**
 * The API that Vault clients speak, over the same services as the admin API. Straight path of each call: target, token, permission,
 * body, operation, wrapping, answer.
 *
 * @example const vault = createVault(parts); const response = await vault(request, '127.0.0.1');
 */
export function createVault(parts: VaultParts): VaultHandler {
  const behind = { parts, gate: createTokenGate(parts), routes: createRoutes(tableOf(parts)) };
  return async (request, address) => {
    try {
      return toResponse(await answer(behind, request, address));
    } catch (error) {
      if (!(error instanceof Refusal)) parts.log.error({ err: error }, 'a call of the Vault API failed');
      return refusalAnswer(error);
    }
  };
}

type SealedParts = Pick<VaultParts, 'clock' | 'log' | 'version'> & {
  readonly seal: Pick<SealPort, 'status' | 'unseal' | 'reset'>;
};

/** The same of a process without its keys: whether it is sealed, and the way to bring what opens it. */
export function createSealedVault({ log, ...parts }: SealedParts): VaultHandler {
  const routes = createRoutes(healthRoutes(parts));
  return async (request, address) => {
    try {
      const { segments, ...target } = readTarget(request);
      const found = routes.find(segments);
      const handler = found?.route.operations[target.operation];
      if (found === null || handler?.kind !== 'open') throw new Refusal('keyring-sealed');
      const call = { ...target, params: found.params, body: await readBody(request), address, tokenText: null };
      return toResponse(await handler.run(call));
    } catch (error) {
      if (!(error instanceof Refusal)) log.error({ err: error }, 'a call of the sealed Vault API failed');
      return refusalAnswer(error);
    }
  };
}

function tableOf(parts: VaultParts): readonly VaultRoute[] {
  const table: VaultRoute[] = [
    ...healthRoutes(parts),
    ...tokenRoutes(parts),
    ...approleRoutes(parts),
    ...wrappingRoutes(parts),
    ...mountRoutes(parts),
    ...policyRoutes(parts),
    ...transitRoutes(parts),
    ...databaseRoutes(parts),
    ...leaseRoutes(parts),
    ...kvRoutes(parts),
  ];
  return [...capabilityRoutes(parts, () => table), ...table];
}

async function answer(behind: Behind, request: Request, address: string | null): Promise<VaultAnswer> {
  const { parts, gate, routes } = behind;
  const target = readTarget(request);
  const route = `${request.method} /v1/${target.path}`.slice(0, ROUTE_CHARS_MAX);
  const found = routes.find(target.segments);
  const handler = found?.route.operations[target.operation] ?? null;
  if (handler?.kind !== 'open' && parts.seal?.status().isSealed === true) throw new Refusal('keyring-sealed');
  // Before anything is said of the path: strangers learn nothing of what is here.
  const who = handler?.kind === 'open' ? null : await gate.authenticate({ route, request, address });
  if (found === null) throw notHere(target.path);
  if (handler === null) throw new Refusal('method-refused');
  const { operation, path, query } = target;
  const wrapMs = wrapTtlOf(request);
  const body = await readBody(request);
  const call = { operation, path, query, params: found.params, body, address, tokenText: tokenTextOf(request) };
  const given = await run(behind, { call, handler, who, route, method: request.method });
  return wrapMs === null ? given : wrapUp(parts, { given, call, wrapMs, actor: who?.principal.actor ?? NOBODY });
}

interface Running {
  readonly call: OpenCall;
  readonly handler: Handler;
  readonly who: Authenticated | null;
  readonly route: string;
  readonly method: string;
}

async function run({ parts }: Behind, { call, handler, who, route, method }: Running): Promise<VaultAnswer> {
  if (handler.kind === 'open') return handler.run(call);
  if (who === null) throw new Error('assertion: only open operations are run for nobody');
  if (handler.kind === 'checked') await assertMay(parts, { permission: handler.permission, who, route, method });
  return handler.run({ ...call, ...who });
}

const notHere = (path: string): Refusal =>
  new Refusal('not-found', { errors: [{ pointer: '', detail: `no handler for route "${path}". route entry not found.` }] });

interface Asking {
  readonly permission: Permission;
  readonly who: Authenticated;
  readonly route: string;
  readonly method: string;
}

async function assertMay(parts: VaultParts, { permission, who, route, method }: Asking): Promise<void> {
  const { principal, token } = who;
  const verdict = await parts.access.api.decide(principal, permission, method);
  if (verdict === 'allowed') return;
  await parts.identity.noteRefusal({ route, cause: 'permission', token: { id: token.accessor, account: token.account } });
  throw new Refusal(verdict === 'missing' ? 'permission-missing' : 'access-denied');
}

/** Null = the answer is wanted as it is. */
function wrapTtlOf(request: Request): number | null {
  const header = request.headers.get('x-vault-wrap-ttl');
  if (header === null || header === '' || header === '0') return null;
  const ttlMs = parseDurationMs(header);
  if (ttlMs === null || ttlMs < 1000 || ttlMs > WRAP_TTL_MAX_MS) throw invalid('X-Vault-Wrap-TTL: from 1s to 168h');
  return ttlMs;
}

interface Wrapping {
  readonly given: VaultAnswer;
  readonly call: OpenCall;
  readonly wrapMs: number;
  readonly actor: EventRecord['actor'];
}

/** Only what would have told something is put away; an empty answer and a 404 stay what they are. */
async function wrapUp({ wrapping }: VaultParts, { given, call, wrapMs, actor }: Wrapping): Promise<VaultAnswer> {
  const isWrappable = given.kind === 'auth' || (given.kind === 'data' && (given.status ?? 200) === 200);
  if (!isWrappable) return given;
  const text = JSON.stringify(envelopeOf(given));
  const { token, accessor, path, ttlMs, createdAt } = await wrapping.wrap({ text, path: call.path, ttlMs: wrapMs }, actor);
  const wrap = { token, accessor, ttl: seconds(ttlMs), creation_time: timeOf(createdAt), creation_path: path };
  return { kind: 'wrap', wrap };
}
