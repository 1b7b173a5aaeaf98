import { SCHEMA_TEXT_CHARS_MAX } from '@holdfast/contract';
import { createBaseApi } from './base-api.ts';
import { authenticate, peerAddress } from './authenticate.ts';
import { idempotency } from './idempotency.ts';
import { mountConsole } from './console/mount-console.ts';
import { plainStart } from './console/plain-start.ts';
import type { ApiParts } from './parts.ts';
import { mountProbes } from './probes.ts';
import type { Api } from './route.ts';
import { ADMIN_COOKIE } from './admin-session.ts';
import { mountActions } from './routes/actions.ts';
import { mountAdmins } from './routes/admins.ts';
import { mountAdvice } from './routes/advice.ts';
import { mountAlerts } from './routes/alerts.ts';
import { mountBulkRoutes } from './routes/bulk-routes.ts';
import { mountAttackSources } from './routes/attack-sources.ts';
import { mountApplications } from './routes/applications.ts';
import { mountAudit } from './routes/audit.ts';
import { mountBans } from './routes/bans.ts';
import { mountBypass } from './routes/bypass.ts';
import { mountChannels } from './routes/channels.ts';
import { mountClocks } from './routes/clocks.ts';
import { mountCsp } from './routes/csp.ts';
import { mountDatabases } from './routes/databases.ts';
import { mountRules, mountWatchHealth } from './routes/detection.ts';
import { mountEvents } from './routes/events.ts';
import { mountExceptions } from './routes/exceptions.ts';
import { mountIncidents } from './routes/incidents.ts';
import { mountIntel } from './routes/intel.ts';
import { mountIsolation } from './routes/isolation.ts';
import { mountKeys } from './routes/keys.ts';
import { mountLeases } from './routes/leases.ts';
import { mountMaintenance } from './routes/maintenance.ts';
import { mountOwnKeys } from './routes/own-keys.ts';
import { mountOverview } from './routes/overview.ts';
import { mountPatches } from './routes/patches.ts';
import { mountPeople } from './routes/people.ts';
import { mountPlaybooks } from './routes/playbooks.ts';
import { mountPolicies } from './routes/policies.ts';
import { mountExercises, mountRecovery } from './routes/recovery.ts';
import { mountRotations } from './routes/rotation.ts';
import { mountRuns } from './routes/runs.ts';
import { mountSchemas } from './routes/schemas.ts';
import { mountSeal, refuseChangesWhileSealed } from './routes/seal.ts';
import { mountSecrets } from './routes/secrets.ts';
import { mountServiceAccounts } from './routes/service-accounts.ts';
import { mountSessions } from './routes/sessions.ts';
import { mountSignInTries } from './routes/sign-in-tries.ts';
import { mountSnapshots } from './routes/snapshots.ts';
import { mountStream } from './routes/stream.ts';
import { mountSystem } from './routes/system.ts';
import { mountTokens } from './routes/tokens.ts';
import { mountTraffic } from './routes/traffic.ts';
import { mountTuning } from './routes/tuning.ts';
import { mountUploads } from './routes/uploads.ts';
import { mountSignIn } from './sign-in.ts';
import { mountTaxii } from './taxii/mount-taxii.ts';

const BODY_BYTES_MAX = 1_048_576;
/** A document as text within JSON: every line of it ends with two characters more. */
const LARGE_BODIES = { path: /^\/api\/v1\/applications\/[a-z0-9-]{1,64}\/schema\/import$/u, bytesMax: SCHEMA_TEXT_CHARS_MAX * 2 };

/**
 * The admin API as one fetch handler. Straight path of each route below `/api/v1/`: shield, token, permission, schema,
 * service, answer; the service records before it commits.
 *
 * @example const api = createApi({ domains, system, log, trust: { kind: 'token' } }); serve({ fetch: api.fetch })
 */
export function createApi(parts: ApiParts): Api {
  const { domains, system, people, log, trust, console: files = () => null } = parts;
  const api = createBaseApi({ log, trust, bodyBytesMax: BODY_BYTES_MAX, largeBodies: LARGE_BODIES, notFound: 'not-found' });
  mountProbes(api, system);
  const { vault } = parts;
  // Tokens alone count there, so there is no place for it where the host itself is the token.
  if (vault !== undefined && trust.kind === 'token')
    api.all('/v1/*', async (context) => vault(context.req.raw, peerAddress(context)));
  if (people !== undefined && trust.kind === 'token') mountSignIn(api, people);
  const { intel, dormancy } = parts.detection ?? {};
  // Other installations ask there, with tokens.
  if (intel !== undefined && trust.kind === 'token')
    mountTaxii(api, { identity: domains.identity, access: () => domains.access.api, trust, intel });
  mountConsole(api, { files, plain: async (context, isBuilt) => plainStart(context, people ?? null, isBuilt) });
  api.use(
    '/api/v1/*',
    authenticate({
      identity: domains.identity,
      access: () => domains.access.api,
      trust,
      sessions: people?.sessions ?? null,
      dormancy,
    }),
    idempotency(() => performance.now()),
  );
  if (parts.seal !== undefined) api.use('/api/v1/*', refuseChangesWhileSealed(parts.seal));
  for (const mount of [mountApplications, mountBans, mountBypass, mountExceptions, mountPatches, mountTuning, mountCsp])
    mount(api, domains);
  mountPolicies(api, domains);
  for (const mount of [mountSchemas, mountEvents, mountAudit, mountTokens, mountSnapshots]) mount(api, domains);
  mountServiceAccounts(api, { identity: domains.identity, people: people?.people });
  mountSystem(api, system);
  mountGiven(api, parts);

  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'hf_…' });
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: ADMIN_COOKIE });
  // Made when first asked for: it costs more than starting does.
  let document: ReturnType<Api['getOpenAPI31Document']> | null = null;
  api.get('/api/openapi.json', (context) => {
    document ??= api.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Holdfast admin API', version: '1' } });
    return context.json(document);
  });
  return api;
}

/** What not every process has. */
function mountGiven(api: Api, parts: ApiParts): void {
  const { domains, people, watching, secrets, uploads, detection, response, advisor, keys, seal, maintenance, trust } = parts;
  if (people !== undefined) {
    mountPeople(api, people);
    mountSessions(api, people);
    mountSignInTries(api, { observed: people.observed, applications: domains.applications });
    if (trust.kind === 'host-operator') mountAdmins(api, people);
  }
  if (watching !== undefined) for (const mount of [mountOverview, mountTraffic, mountStream]) mount(api, watching);
  if (advisor !== undefined) mountAdvice(api, advisor);
  if (secrets !== undefined) for (const mount of [mountSecrets, mountRotations, mountLeases, mountDatabases]) mount(api, secrets);
  if (secrets?.ownKeys !== undefined) mountOwnKeys(api, secrets.ownKeys);
  if (uploads !== undefined) mountUploads(api, { uploads });
  if (detection !== undefined) mountDetection(api, detection);
  mountResponse(api, response, people);
  if (keys !== undefined) mountKeys(api, keys);
  if (seal !== undefined) mountSeal(api, seal, trust);
  if (maintenance !== undefined) mountMaintenance(api, maintenance);
}

/** Each part of the watch as it is there. */
function mountDetection(api: Api, { rules, alerts, channels, intel, sources, health }: NonNullable<ApiParts['detection']>): void {
  if (rules !== undefined) mountRules(api, { rules });
  if (rules !== undefined) mountBulkRoutes(api, rules.bulk);
  if (sources !== undefined) mountAttackSources(api, sources);
  if (alerts !== undefined) mountAlerts(api, alerts);
  if (channels !== undefined) mountChannels(api, channels);
  if (intel !== undefined) mountIntel(api, intel);
  if (health !== undefined) mountWatchHealth(api, { health });
}

/** Each room of responding as it is there. */
function mountResponse(api: Api, rooms: NonNullable<ApiParts['response']> = {}, people?: ApiParts['people']): void {
  const { cases, runs, clocks, actions, board, playbooks, recovery, exercises } = rooms;
  if (cases !== undefined) mountIncidents(api, cases);
  if (runs !== undefined) mountRuns(api, runs);
  if (clocks !== undefined) mountClocks(api, clocks);
  if (actions !== undefined) mountActions(api, { actions, people: people?.people });
  if (board !== undefined) mountIsolation(api, board);
  if (playbooks !== undefined) mountPlaybooks(api, playbooks);
  if (recovery !== undefined) mountRecovery(api, recovery);
  if (exercises !== undefined) mountExercises(api, exercises);
}
