import { slugSchema, SHARED_SECRETS, type DatabaseConnection, type DatabaseRole, type SecretRef } from '@holdfast/contract';
import { z } from 'zod';
import { Refusal } from '../../../platform/refusal.ts';
import { data, EMPTY, type JsonObject, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, callerOf, invalid, type VaultCall } from '../wire/call.ts';
import { durationSchema, seconds } from '../wire/duration.ts';
import { decidedBelow, needs, type VaultRoute } from '../wire/routes.ts';
import { leaseBlock } from '../sys/leases.ts';
import { listed, nameIn, refIn, type DatabaseParts } from './database-names.ts';
import { staticRoutes } from './database-static.ts';

const PLUGIN = 'postgresql-database-plugin';
/** Where a connection's address is kept that a client brought. */
const BROUGHT_ENVIRONMENT = 'database';
const TTL_DEFAULT_MS = 3_600_000;
const TTL_MAX_DEFAULT_MS = 86_400_000;

const statements = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (Array.isArray(value) ? value.join(';\n') : (value ?? '')));
const configSchema = z.object({
  plugin_name: z.string().nullish(),
  /** `shop/production/PG_ADMIN`: a secret that holds the address already. */
  admin: z.string().max(512).nullish(),
  connection_url: z.string().max(2048).nullish(),
  username: z.string().max(63).nullish(),
  password: z.string().max(1024).nullish(),
});
const roleSchema = z.object({
  db_name: slugSchema,
  creation_statements: statements,
  revocation_statements: statements,
  default_ttl: durationSchema,
  max_ttl: durationSchema,
  application: slugSchema.nullish(),
  environment: slugSchema.nullish(),
});

/** Database users on demand, and roles whose password is changed on schedule. */
export function databaseRoutes(parts: DatabaseParts): readonly VaultRoute[] {
  return [...connectionRoutes(parts), ...roleRoutes(parts), ...staticRoutes(parts)];
}

function connectionRoutes({ databaseRoles, secrets }: DatabaseParts): readonly VaultRoute[] {
  const find = async (call: VaultCall): Promise<DatabaseConnection> => {
    const name = nameIn(call);
    const found = (await databaseRoles.connections()).find((each) => each.name === name);
    if (found === undefined) throw new Refusal('not-found');
    return found;
  };
  const save = async (call: VaultCall): Promise<VaultAnswer> => {
    const name = nameIn(call);
    const wanted = bodyOf(call, configSchema);
    if (wanted.plugin_name && wanted.plugin_name !== PLUGIN) throw invalid(`only ${PLUGIN} is supported`, 'plugin_name');
    const admin = wanted.admin ? refIn(wanted.admin) : { application: SHARED_SECRETS, environment: BROUGHT_ENVIRONMENT, name };
    // What the client brought is a secret like any other: versioned, sealed, and read under a policy.
    if (!wanted.admin)
      await secrets.write(admin, { data: { url: urlOf(wanted) }, note: 'brought by a Vault client' }, callerOf(call));
    await databaseRoles.setConnection({ name, admin }, callerOf(call));
    return EMPTY;
  };
  const list = needs('secret:read', async () => listed((await databaseRoles.connections()).map(({ name }) => name)));
  return [
    { path: 'database/config', operations: { list } },
    {
      path: 'database/config/:name',
      operations: {
        read: needs('secret:read', async (call) => data(connectionData(await find(call)))),
        write: decidedBelow('secret:rotate', save),
        delete: decidedBelow('secret:rotate', async (call) => {
          await databaseRoles.removeConnection(nameIn(call), callerOf(call));
          return EMPTY;
        }),
      },
    },
  ];
}

/** Vault's templates, filled: a name or password may hold whatever an address may not. */
function urlOf({ connection_url: template, username, password }: z.infer<typeof configSchema>): string {
  if (!template) throw invalid('connection_url, or admin with the address of a secret', 'connection_url');
  return template
    .replaceAll('{{username}}', () => encodeURIComponent(username ?? ''))
    .replaceAll('{{password}}', () => encodeURIComponent(password ?? ''));
}

const refText = ({ application, environment, name }: SecretRef): string => `${application}/${environment}/${name}`;

const connectionData = ({ admin }: DatabaseConnection): JsonObject => ({
  plugin_name: PLUGIN,
  plugin_version: '',
  allowed_roles: ['*'],
  connection_details: { admin: refText(admin) },
  root_credentials_rotate_statements: [],
});

function roleRoutes({ databaseRoles, clock }: DatabaseParts): readonly VaultRoute[] {
  const find = async (call: VaultCall): Promise<DatabaseRole> => {
    const name = nameIn(call);
    const found = (await databaseRoles.roles()).find((each) => each.name === name);
    if (found === undefined) throw new Refusal('not-found');
    return found;
  };
  const save = async (call: VaultCall): Promise<VaultAnswer> => {
    const wanted = bodyOf(call, roleSchema);
    const input = {
      name: nameIn(call),
      connection: wanted.db_name,
      application: wanted.application ?? SHARED_SECRETS,
      environment: wanted.environment ?? 'default',
      creation: wanted.creation_statements,
      revocation: wanted.revocation_statements === '' ? null : wanted.revocation_statements,
      ttlSeconds: seconds(wanted.default_ttl ?? TTL_DEFAULT_MS),
      ttlSecondsMax: seconds(wanted.max_ttl ?? Math.max(TTL_MAX_DEFAULT_MS, wanted.default_ttl ?? 0)),
    };
    if (!input.creation.includes('{{name}}') || !input.creation.includes('{{password}}'))
      throw invalid('needs {{name}} and {{password}}', 'creation_statements');
    await databaseRoles.setRole(input, callerOf(call));
    return EMPTY;
  };
  const credentials = async (call: VaultCall): Promise<VaultAnswer> => {
    const { lease, username, password } = await databaseRoles.issue(nameIn(call), callerOf(call));
    return { kind: 'data', data: { username, password }, lease: leaseBlock(lease, clock.now()) };
  };
  const list = needs('secret:read', async () => listed((await databaseRoles.roles()).map(({ name }) => name)));
  return [
    { path: 'database/roles', operations: { list } },
    {
      path: 'database/roles/:name',
      operations: {
        read: needs('secret:read', async (call) => data(roleData(await find(call)))),
        write: decidedBelow('secret:rotate', save),
        delete: decidedBelow('secret:rotate', async (call) => {
          await databaseRoles.removeRole(nameIn(call), callerOf(call));
          return EMPTY;
        }),
      },
    },
    { path: 'database/creds/:name', operations: { read: decidedBelow('secret:reveal', credentials) } },
  ];
}

const roleData = (role: DatabaseRole): JsonObject => ({
  db_name: role.connection,
  creation_statements: [role.creation],
  revocation_statements: role.revocation === null || role.revocation === undefined ? [] : [role.revocation],
  rollback_statements: [],
  renew_statements: [],
  credential_type: 'password',
  default_ttl: role.ttlSeconds ?? 0,
  max_ttl: role.ttlSecondsMax ?? 0,
});
