import { purposeSchema } from '@holdfast/contract';
import { z } from 'zod';
import { may } from '../../../domains/access/index.ts';
import type { AppRole, RoleChange, SecretId, SecretIdWord } from '../../../domains/secrets/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { data, EMPTY, type JsonObject, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, invalid, param, type OpenCall, type VaultCall } from '../wire/call.ts';
import { durationSchema, seconds, timeOf } from '../wire/duration.ts';
import { needs, open, type Handler, type VaultRoute } from '../wire/routes.ts';
import { assertMayHandOn, permissionsIn } from './handing-on.ts';
import { cidrsSchema, metaSchema } from './token.ts';
import { authBlock, factsOfVault } from './token-facts.ts';

const RETRY_AFTER_SECONDS = 1;
const ROLE = 'auth/approle/role/:role';
const roleNameSchema = z.string().regex(/^[\w.-]{1,128}$/u);
/** Vault takes a list, or one text with commas. */
const policiesSchema = z
  .union([z.string().max(4096), z.array(z.string().max(128)).max(64)])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value));
const usesSchema = z.number().int().nonnegative().nullish();
const roleSchema = z.object({
  service_account: z.string().min(1).max(63).nullish(),
  token_policies: policiesSchema,
  policies: policiesSchema,
  token_ttl: durationSchema,
  token_max_ttl: durationSchema,
  token_period: durationSchema,
  period: durationSchema,
  token_num_uses: usesSchema,
  token_bound_cidrs: cidrsSchema,
  secret_id_ttl: durationSchema,
  secret_id_num_uses: usesSchema,
  secret_id_bound_cidrs: cidrsSchema,
  bind_secret_id: z.boolean().nullish(),
  token_type: z.string().max(32).nullish(),
  purpose: purposeSchema.nullish(),
});
const secretIdSchema = z.object({
  metadata: z
    .union([z.string().max(4096), z.record(z.string(), z.unknown())])
    .nullish()
    .transform((value, context) => {
      if (typeof value !== 'string') return value;
      try {
        return value === '' ? {} : (JSON.parse(value) as unknown);
      } catch {
        context.addIssue({ code: 'custom', message: 'metadata is no JSON object' });
        return {};
      }
    })
    .pipe(metaSchema),
  cidr_list: cidrsSchema,
  token_bound_cidrs: cidrsSchema,
  num_uses: usesSchema,
  ttl: durationSchema,
});
const loginSchema = z.object({ role_id: z.string().min(1).max(128), secret_id: z.string().max(200).nullish() });
const byId = z.object({ secret_id: z.string().min(1).max(200) }).transform(({ secret_id: secretId }) => ({ secretId }));
const byAccessor = z
  .object({ secret_id_accessor: z.string().min(1).max(64) })
  .transform(({ secret_id_accessor: accessor }) => ({ accessor }));

type Parts = Pick<VaultParts, 'roles' | 'identity' | 'access' | 'clock'>;

/** Programs that sign in with a role id and a secret id. */
export const approleRoutes = (parts: Parts): readonly VaultRoute[] => [
  { path: 'auth/approle/login', operations: { write: open(async (call) => login(parts, call)) } },
  ...roleRoutes(parts),
  ...secretIdRoutes(parts),
];

async function roleOf({ roles }: Parts, call: OpenCall): Promise<AppRole> {
  const role = await roles.find(param(call, 'role'));
  if (role === null) throw new Refusal('not-found');
  return role;
}

/** As Vault has it, an empty list is a 404. */
function listed(keys: readonly string[]): VaultAnswer {
  if (keys.length === 0) throw new Refusal('not-found');
  return data({ keys });
}

function roleRoutes(parts: Parts): readonly VaultRoute[] {
  const { roles } = parts;
  const setRoleId = async (call: VaultCall): Promise<VaultAnswer> => {
    const { role_id: roleId } = bodyOf(call, z.object({ role_id: roleNameSchema }));
    await roles.save((await roleOf(parts, call)).name, { roleId, settings: {} }, call.principal.actor);
    return EMPTY;
  };
  return [
    { path: 'auth/approle/role', operations: { list: needs('token:read', async () => listed(await roles.list())) } },
    {
      path: ROLE,
      operations: {
        read: needs('token:read', async (call) => data(await roleData(parts, await roleOf(parts, call)))),
        write: needs('token:write', async (call) => saveRole(parts, call)),
        delete: needs('token:write', async (call) => {
          await roles.remove(param(call, 'role'), call.principal.actor);
          return EMPTY;
        }),
      },
    },
    {
      path: `${ROLE}/role-id`,
      operations: {
        read: needs('token:read', async (call) => data({ role_id: (await roleOf(parts, call)).roleId })),
        write: needs('token:write', setRoleId),
      },
    },
  ];
}

function secretIdRoutes(parts: Parts): readonly VaultRoute[] {
  const { roles } = parts;
  const lookingUp = (schema: typeof byId | typeof byAccessor, whenMissing: () => VaultAnswer): Handler =>
    needs('token:read', async (call) => {
      const { name } = await roleOf(parts, call);
      const found = await roles.findSecretId(name, bodyOf(call, schema));
      return found === null ? whenMissing() : data(secretIdData(found));
    });
  const destroying = (schema: typeof byId | typeof byAccessor): Handler =>
    needs('token:write', async (call) => {
      const word: SecretIdWord = bodyOf(call, schema);
      await roles.destroy((await roleOf(parts, call)).name, word, call.principal.actor);
      return EMPTY;
    });
  const noAccessor = (): never => {
    throw new Refusal('not-found', { errors: [{ pointer: '', detail: 'failed to find accessor entry' }] });
  };
  const custom = needs('token:write', async () => {
    throw invalid('secret ids are made here: only then is it known that nobody can guess them');
  });
  const byIdGone = destroying(byId);
  const byAccessorGone = destroying(byAccessor);
  return [
    {
      path: `${ROLE}/secret-id`,
      operations: {
        write: needs('token:write', async (call) => issue(parts, call)),
        list: needs('token:read', async (call) => listed(await roles.accessors((await roleOf(parts, call)).name))),
      },
    },
    { path: `${ROLE}/custom-secret-id`, operations: { write: custom } },
    { path: `${ROLE}/secret-id/lookup`, operations: { write: lookingUp(byId, () => EMPTY) } },
    { path: `${ROLE}/secret-id/destroy`, operations: { write: byIdGone, delete: byIdGone } },
    { path: `${ROLE}/secret-id-accessor/lookup`, operations: { write: lookingUp(byAccessor, noAccessor) } },
    { path: `${ROLE}/secret-id-accessor/destroy`, operations: { write: byAccessorGone, delete: byAccessorGone } },
  ];
}

async function login({ roles, identity, clock }: Parts, call: OpenCall): Promise<VaultAnswer> {
  const { role_id: roleId, secret_id: secretId } = bodyOf(call, loginSchema);
  const made = await roles.login({ roleId, secretId: secretId ?? '', address: call.address });
  if (made !== null) return { kind: 'auth', auth: authBlock(made.text, factsOfVault(made.token), clock.now()) };
  const isNoted = await identity.noteRefusal({ route: `POST /v1/${call.path}`, cause: 'unknown' });
  if (!isNoted) throw new Refusal('rate-limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  throw invalid('invalid role or secret ID');
}

async function saveRole({ roles, access }: Parts, call: VaultCall): Promise<VaultAnswer> {
  const name = roleNameSchema.safeParse(param(call, 'role'));
  if (!name.success) throw invalid('letters, digits, `_`, `.` and `-`, at most 128', 'role_name');
  const wanted = bodyOf(call, roleSchema);
  if (wanted.bind_secret_id === false) throw invalid('a role always needs a secret id here', 'bind_secret_id');
  if (wanted.token_type === 'batch') throw invalid('batch tokens are not supported: each token can be revoked', 'token_type');
  const { principal, token } = call;
  const account = wanted.service_account ?? undefined;
  const before = await roles.find(name.data);
  const isOwn = account === undefined || account === token.account.name || account === token.account.id;
  // What policies give an account comes with its tokens: only who administers accounts stands in for another one.
  if (!isOwn && !may(principal, 'account:write')) {
    const errors = [{ pointer: 'service_account', detail: 'account:write is needed for an account that is not yours' }];
    throw new Refusal('permission-missing', { errors });
  }
  const policies = wanted.token_policies ?? wanted.policies;
  const permissions = policies ? permissionsIn(policies) : undefined;
  await assertMayHandOn(access, principal, permissions ?? before?.permissions ?? []);
  await roles.save(name.data, { account, permissions, settings: settingsOf(wanted, call.body) }, principal.actor);
  return EMPTY;
}

/** What stands in the body; the rest of the role stays as it is. */
function settingsOf(wanted: z.infer<typeof roleSchema>, body: JsonObject): RoleChange['settings'] {
  const has = (...names: readonly string[]): boolean => names.some((name) => body[name] !== undefined && body[name] !== null);
  return {
    ...(has('token_ttl') ? { tokenTtlMs: wanted.token_ttl } : {}),
    ...(has('token_max_ttl') ? { tokenMaxTtlMs: wanted.token_max_ttl } : {}),
    ...(has('token_period', 'period') ? { tokenPeriodMs: wanted.token_period ?? wanted.period } : {}),
    ...(has('token_num_uses') ? { tokenUses: wanted.token_num_uses || null } : {}),
    ...(has('token_bound_cidrs') ? { tokenCidrs: wanted.token_bound_cidrs } : {}),
    ...(has('secret_id_ttl') ? { secretIdTtlMs: wanted.secret_id_ttl } : {}),
    ...(has('secret_id_num_uses') ? { secretIdUses: wanted.secret_id_num_uses || null } : {}),
    ...(has('secret_id_bound_cidrs') ? { secretIdCidrs: wanted.secret_id_bound_cidrs } : {}),
    ...(has('purpose') ? { purpose: wanted.purpose ?? null } : {}),
  };
}

async function issue({ roles, access }: Parts, call: VaultCall): Promise<VaultAnswer> {
  const role = await roles.find(param(call, 'role'));
  if (role === null) throw new Refusal('not-found');
  // A secret id opens what the role opens.
  await assertMayHandOn(access, call.principal, role.permissions);
  const { metadata, cidr_list: cidrs, token_bound_cidrs: tokenCidrs, num_uses: uses, ttl: ttlMs } = bodyOf(call, secretIdSchema);
  const wanted = { meta: metadata, cidrs, tokenCidrs, uses: uses || null, ttlMs };
  const { text, id } = await roles.issue(role.name, wanted, call.principal.actor);
  return data({
    secret_id: text,
    secret_id_accessor: id.accessor,
    secret_id_num_uses: id.usesLeft ?? 0,
    secret_id_ttl: seconds(id.ttlMs ?? 0),
  });
}

async function roleData({ identity }: Parts, { account, permissions, settings }: AppRole): Promise<JsonObject> {
  const policies = ['default', ...permissions];
  return {
    bind_secret_id: true,
    local_secret_ids: false,
    policies,
    token_policies: policies,
    token_ttl: seconds(settings.tokenTtlMs ?? 0),
    token_max_ttl: seconds(settings.tokenMaxTtlMs ?? 0),
    token_period: seconds(settings.tokenPeriodMs ?? 0),
    token_num_uses: settings.tokenUses ?? 0,
    token_bound_cidrs: settings.tokenCidrs,
    token_explicit_max_ttl: 0,
    token_no_default_policy: false,
    token_type: 'service',
    secret_id_ttl: seconds(settings.secretIdTtlMs ?? 0),
    secret_id_num_uses: settings.secretIdUses ?? 0,
    secret_id_bound_cidrs: settings.secretIdCidrs,
    service_account: (await identity.accounts.find(account))?.name ?? account,
    purpose: settings.purpose,
  };
}

const NEVER = '0001-01-01T00:00:00Z';

function secretIdData({ accessor, meta, cidrs, tokenCidrs, usesLeft, ttlMs, createdAt, expiresAt }: SecretId): JsonObject {
  return {
    secret_id_accessor: accessor,
    secret_id_num_uses: usesLeft ?? 0,
    secret_id_ttl: seconds(ttlMs ?? 0),
    creation_time: timeOf(createdAt),
    last_updated_time: timeOf(createdAt),
    expiration_time: expiresAt === null ? NEVER : timeOf(expiresAt),
    metadata: meta,
    cidr_list: cidrs,
    token_bound_cidrs: tokenCidrs,
  };
}
