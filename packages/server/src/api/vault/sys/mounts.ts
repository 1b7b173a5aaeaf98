import { SHARED_SECRETS } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { may } from '../../../domains/access/index.ts';
import type { VaultParts } from '../ports.ts';
import { data, type JsonObject, type VaultAnswer } from '../wire/answer.ts';
import { invalid, param, type VaultCall } from '../wire/call.ts';
import { needs, withToken, type VaultRoute } from '../wire/routes.ts';

const CONFIG = { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false };

const kvMount = (name: string): JsonObject => ({
  accessor: `kv_${name}`,
  config: CONFIG,
  description: name === SHARED_SECRETS ? 'secrets of no application' : `secrets of the application ${name}`,
  local: false,
  options: { version: '2' },
  seal_wrap: false,
  type: 'kv',
});
const plainMount = (type: string, description: string): JsonObject => ({
  accessor: type,
  config: CONFIG,
  description,
  local: false,
  options: null,
  seal_wrap: false,
  type,
});

const FIXED: Readonly<Record<string, JsonObject>> = {
  'database/': plainMount('database', 'database users on demand'),
  'sys/': plainMount('system', 'this process'),
  'transit/': plainMount('transit', 'encryption with keys that never leave'),
};
const AUTHS: JsonObject = {
  'approle/': { ...plainMount('approle', 'role id and secret id'), accessor: 'auth_approle' },
  'token/': { ...plainMount('token', 'tokens'), accessor: 'auth_token' },
};

const KV_PERMISSIONS = ['secret:read', 'secret:reveal', 'secret:write'] as const;

type Parts = Pick<VaultParts, 'applications' | 'identity'>;

/** What is mounted follows from the applications; nobody mounts anything through this API. */
export function mountRoutes({ applications, identity }: Parts): readonly VaultRoute[] {
  const names = async (): Promise<string[]> => [
    SHARED_SECRETS,
    ...(await applications.list()).map(({ application }) => application.id).filter((id) => id !== SHARED_SECRETS),
  ];
  const all = async (): Promise<JsonObject> => ({
    ...Object.fromEntries((await names()).map((name) => [`${name}/`, kvMount(name)])),
    ...FIXED,
  });
  const listed = async (mounts: JsonObject): Promise<VaultAnswer> => {
    // Older clients read the mounts beside the envelope, newer ones in it.
    return { kind: 'bare', status: 200, body: { ...mounts, data: mounts, lease_id: '', lease_duration: 0, renewable: false } };
  };
  const refused = async (): Promise<VaultAnswer> => {
    throw invalid('mounts follow from the applications of Holdfast: see docs/guides/vault-clients.md');
  };
  const preflight = async (call: VaultCall): Promise<VaultAnswer> => {
    const [name = ''] = param(call, 'path').split('/');
    const fixed = FIXED[`${name}/`];
    if (fixed !== undefined) return data({ ...fixed, path: `${name}/` });
    const isKnown = (await names()).includes(name);
    // Clients take a 403 here for "there is no such mount, or not for you"; nothing tells the two apart.
    if (!isKnown || !KV_PERMISSIONS.some((permission) => may(call.principal, permission))) {
      const { accessor: id, account } = call.token;
      await identity.noteRefusal({ route: `GET /v1/${call.path}`.slice(0, 512), cause: 'permission', token: { id, account } });
      throw new Refusal('permission-missing');
    }
    return data({ ...kvMount(name), path: `${name}/` });
  };
  const ui = async (): Promise<VaultAnswer> => data({ secret: await all(), auth: AUTHS });
  return [
    { path: 'sys/mounts', operations: { read: withToken(async () => listed(await all())) } },
    {
      path: 'sys/mounts/*path',
      operations: { write: needs('application:write', refused), delete: needs('application:write', refused) },
    },
    { path: 'sys/internal/ui/mounts', operations: { read: withToken(ui) } },
    { path: 'sys/internal/ui/mounts/*path', operations: { read: withToken(preflight) } },
    { path: 'sys/auth', operations: { read: withToken(async () => listed(AUTHS)) } },
    {
      path: 'sys/auth/*path',
      operations: { write: needs('application:write', refused), delete: needs('application:write', refused) },
    },
  ];
}
