import { z } from 'zod';
import type { Item, TransitKey } from '../../../domains/secrets/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { data, EMPTY, type JsonObject, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, invalid, param, type VaultCall } from '../wire/call.ts';
import { needs, type VaultRoute } from '../wire/routes.ts';

const BATCH_MAX = 1000;
const KEY_TYPE = 'aes256-gcm96';
const nameSchema = z.string().regex(/^[\w.-]{1,128}$/u);
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;
const base64 = z
  .string()
  .regex(BASE64, 'not base64')
  .transform((text) => Buffer.from(text, 'base64'));
const associated = base64.nullish().transform((bytes) => bytes ?? Buffer.alloc(0));
/** What only derived and convergent keys take; a value given in vain would be a promise that is not kept. */
const context = z.string().max(0, 'derived and convergent keys are not supported').nullish();
const plainSchema = z.object({
  plaintext: base64,
  associated_data: associated,
  context,
  nonce: context,
  key_version: z.number().int().nonnegative().nullish(),
  reference: z.string().max(256).nullish(),
});
const sealedSchema = z.object({
  ciphertext: z.string().min(1),
  associated_data: associated,
  context,
  nonce: context,
  reference: z.string().max(256).nullish(),
});
const createSchema = z.object({
  type: z.string().max(64).nullish(),
  derived: z.boolean().nullish(),
  convergent_encryption: z.boolean().nullish(),
  exportable: z.boolean().nullish(),
  allow_plaintext_backup: z.boolean().nullish(),
});
const configSchema = z.object({
  min_decryption_version: z.number().int().nonnegative().nullish(),
  min_encryption_version: z.number().int().nonnegative().nullish(),
  deletion_allowed: z.boolean().nullish(),
  exportable: z.boolean().nullish(),
  allow_plaintext_backup: z.boolean().nullish(),
});

type Parts = Pick<VaultParts, 'transit'>;

/** Encryption for applications: the keys stay here. */
export const transitRoutes = (parts: Parts): readonly VaultRoute[] => [...keyRoutes(parts), ...valueRoutes(parts)];

function keyRoutes({ transit }: Parts): readonly VaultRoute[] {
  const list = needs('transit:read', async () => {
    const keys = await transit.list();
    if (keys.length === 0) throw new Refusal('not-found');
    return data({ keys });
  });
  const read = needs('transit:read', async (call) => {
    const key = await transit.find(keyName(call));
    if (key === null) throw new Refusal('not-found');
    return data(keyData(key));
  });
  const create = needs('transit:write', async (call) => {
    assertSupported(bodyOf(call, createSchema));
    return data(keyData(await transit.create(keyName(call), call.principal.actor)));
  });
  const remove = needs('transit:write', async (call) => {
    await transit.remove(keyName(call), call.principal.actor);
    return EMPTY;
  });
  const rotate = needs('transit:write', async (call) => data(keyData(await transit.rotate(keyName(call), call.principal.actor))));
  const configure = needs('transit:write', async (call) => {
    const wanted = bodyOf(call, configSchema);
    assertSupported(wanted);
    const settings = {
      // 0 = the earliest there is.
      ...(wanted.min_decryption_version === undefined || wanted.min_decryption_version === null
        ? {}
        : { minDecryptionVersion: Math.max(1, wanted.min_decryption_version) }),
      ...(wanted.min_encryption_version === undefined || wanted.min_encryption_version === null
        ? {}
        : { minEncryptionVersion: wanted.min_encryption_version }),
      ...(wanted.deletion_allowed === undefined || wanted.deletion_allowed === null
        ? {}
        : { isDeletionAllowed: wanted.deletion_allowed }),
    };
    return data(keyData(await transit.configure(keyName(call), settings, call.principal.actor)));
  });
  return [
    { path: 'transit/keys', operations: { list } },
    { path: 'transit/keys/:key', operations: { read, write: create, delete: remove } },
    { path: 'transit/keys/:key/rotate', operations: { write: rotate } },
    { path: 'transit/keys/:key/config', operations: { write: configure } },
  ];
}

function valueRoutes({ transit }: Parts): readonly VaultRoute[] {
  const encrypt = needs('transit:encrypt', async (call) =>
    inBatch(call, plainSchema, async (items) => {
      const values = items.map(({ plaintext, associated_data: ad, key_version: version }) => ({
        plaintext,
        associated: ad,
        version: version || undefined,
      }));
      const results = await transit.encrypt(keyName(call), values, call.principal.actor);
      return results.map((item) => shown(item, ({ ciphertext, version }) => ({ ciphertext, key_version: version })));
    }),
  );
  const decrypt = needs('transit:decrypt', async (call) =>
    inBatch(call, sealedSchema, async (items) => {
      const values = items.map(({ ciphertext, associated_data: ad }) => ({ ciphertext, associated: ad }));
      const results = await transit.decrypt(keyName(call), values, call.principal.actor);
      return results.map((item) => shown(item, (plain) => ({ plaintext: plain.toString('base64') })));
    }),
  );
  const rewrap = needs('transit:encrypt', async (call) =>
    inBatch(call, sealedSchema, async (items) => {
      const values = items.map(({ ciphertext, associated_data: ad }) => ({ ciphertext, associated: ad }));
      const results = await transit.rewrap(keyName(call), values, call.principal.actor);
      return results.map((item) => shown(item, ({ ciphertext, version }) => ({ ciphertext, key_version: version })));
    }),
  );
  return [
    { path: 'transit/encrypt/:key', operations: { write: encrypt } },
    { path: 'transit/decrypt/:key', operations: { write: decrypt } },
    { path: 'transit/rewrap/:key', operations: { write: rewrap } },
  ];
}

function keyName(call: VaultCall): string {
  const name = nameSchema.safeParse(param(call, 'key'));
  if (!name.success) throw invalid('letters, digits, `_`, `.` and `-`, at most 128', 'name');
  return name.data;
}

/** A wish that is not fulfilled is refused: a client that asked for it relies on it. */
function assertSupported(wanted: z.infer<typeof createSchema>): void {
  const { type, derived, convergent_encryption: convergent, exportable, allow_plaintext_backup: backup } = wanted;
  if (type && type !== KEY_TYPE) throw invalid(`only ${KEY_TYPE} keys are supported`, 'type');
  if (convergent === true)
    throw invalid('convergent encryption is not supported: equal values would look equal', 'convergent_encryption');
  if (derived === true)
    throw invalid('derived keys are not supported: use associated_data to bind a value to its place', 'derived');
  if (exportable === true || backup === true)
    throw invalid('keys never leave: a backup of Holdfast holds them, sealed', 'exportable');
}

function keyData(key: TransitKey): JsonObject {
  return {
    name: key.name,
    type: KEY_TYPE,
    keys: Object.fromEntries([...key.versions].map(([version, createdAt]) => [String(version), Math.floor(createdAt / 1000)])),
    latest_version: key.latestVersion,
    min_available_version: 0,
    min_decryption_version: key.minDecryptionVersion,
    min_encryption_version: key.minEncryptionVersion,
    deletion_allowed: key.isDeletionAllowed,
    derived: false,
    exportable: false,
    allow_plaintext_backup: false,
    auto_rotate_period: 0,
    imported_key: false,
    supports_encryption: true,
    supports_decryption: true,
    supports_derivation: false,
    supports_signing: false,
  };
}

function shown<Result>(item: Item<Result>, show: (result: Result) => JsonObject): JsonObject {
  return item.kind === 'failed' ? { error: item.detail } : show(item.result);
}

/** One value, or many: a fault of one of many stands at its place, and that of a single one is the answer. */
async function inBatch<Schema extends z.ZodType<{ reference?: string | null | undefined }>>(
  call: VaultCall,
  schema: Schema,
  run: (items: readonly z.infer<Schema>[]) => Promise<readonly JsonObject[]>,
): Promise<VaultAnswer> {
  const { batch_input: batch } = bodyOf(call, z.object({ batch_input: z.array(z.unknown()).max(BATCH_MAX).nullish() }));
  if (!batch) {
    const [only = {}] = await run([bodyOf(call, schema)]);
    const fault = only['error'];
    if (typeof fault === 'string') throw invalid(fault);
    return data(only);
  }
  if (batch.length === 0) throw invalid('missing batch input to process');
  const items = bodyOf({ ...call, body: { batch_input: batch } }, z.object({ batch_input: z.array(schema) })).batch_input;
  const results = await run(items);
  const withReferences = results.map((result, index) => {
    const reference = items[index]?.reference;
    return reference ? { ...result, reference } : result;
  });
  return data({ batch_results: withReferences });
}
