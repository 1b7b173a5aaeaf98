import {
  SECRET_VERSIONS_KEPT,
  SECRET_VERSIONS_MAX,
  secretDataSchema,
  SHARED_SECRETS,
  type SecretDetail,
  type SecretRef,
} from '@holdfast/contract';
import { z } from 'zod';
import { may } from '../../../domains/access/index.ts';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { data, EMPTY, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, callerOf, invalid, param, type VaultCall } from '../wire/call.ts';
import { durationSchema } from '../wire/duration.ts';
import { metaSchema } from '../auth/token.ts';
import { currentOf, hiddenVersion, secretMetadata, shownVersions, versionMetadata } from './kv-answers.ts';
import { keysBelow, pathOfRef, refOfPath } from './kv-path.ts';
import { mergePatch } from './merge-patch.ts';

const LISTED_MAX = 10_000;
const PAGE_ITEMS = 200;
const optionsSchema = z.object({ cas: z.coerce.number().int().nonnegative().nullish() }).nullish();
const writeSchema = z.object({ data: secretDataSchema, options: optionsSchema });
const patchSchema = z.object({ data: z.record(z.string().min(1).max(256), z.json()), options: optionsSchema });
const versionsSchema = z.object({
  versions: z.array(z.coerce.number().int().positive()).min(1).max(SECRET_VERSIONS_MAX),
});
const settingsSchema = z.object({
  max_versions: z.number().int().min(0).max(SECRET_VERSIONS_MAX).nullish(),
  cas_required: z.boolean().nullish(),
  delete_version_after: durationSchema,
  custom_metadata: metaSchema,
});
const CAS_REQUIRED = 'check-and-set parameter required for this call';

type Parts = Pick<VaultParts, 'secrets' | 'applications' | 'descriptions'>;
type Move = 'deleteVersions' | 'undeleteVersions' | 'destroyVersions';
type Run = (call: VaultCall) => Promise<VaultAnswer>;

export type Kv = Readonly<
  Record<
    | 'read'
    | 'write'
    | 'patch'
    | 'deleteCurrent'
    | Move
    | 'readMetadata'
    | 'writeMetadata'
    | 'remove'
    | 'list'
    | 'readConfig'
    | 'writeConfig',
    Run
  >
>;

const refOf = (call: VaultCall): SecretRef => refOfPath(param(call, 'mount'), param(call, 'path'));
const notFound = (): Refusal => new Refusal('not-found');

export function createKv(parts: Parts): Kv {
  const { secrets } = parts;
  const detailOf = async (call: VaultCall): Promise<SecretDetail> => {
    const detail = await secrets.find(refOf(call), callerOf(call));
    // One that only a rotation works on is not there yet.
    if (detail === null || shownVersions(detail).length === 0) throw notFound();
    return detail;
  };
  const moving =
    (move: Move): Run =>
    async (call) => {
      await assertMounted(parts, call);
      await secrets[move](refOf(call), bodyOf(call, versionsSchema).versions, callerOf(call)).catch(ignoreMissing);
      return EMPTY;
    };
  return {
    read: async (call) => read(parts, call),
    write: async (call) => write(parts, call, bodyOf(call, writeSchema)),
    async patch(call) {
      const { data: changes, options } = bodyOf(call, patchSchema);
      const held = await secrets.read(refOf(call), callerOf(call));
      const patched = secretDataSchema.safeParse(mergePatch(held.data, changes));
      if (!patched.success) throw invalid(patched.error.issues[0]?.message ?? 'not a secret', 'data');
      // Based on what was read: somebody else's change in between is not undone.
      return write(parts, call, { data: patched.data, options: { cas: options?.cas ?? held.version } });
    },
    async deleteCurrent(call) {
      await assertMounted(parts, call);
      const detail = await secrets.find(refOf(call), callerOf(call));
      if (detail?.currentVersion) await secrets.deleteVersions(refOf(call), [detail.currentVersion], callerOf(call));
      return EMPTY;
    },
    deleteVersions: moving('deleteVersions'),
    undeleteVersions: moving('undeleteVersions'),
    destroyVersions: moving('destroyVersions'),
    async readMetadata(call) {
      await assertMounted(parts, call);
      return data(secretMetadata(await detailOf(call), await parts.descriptions.find(placeOf(refOf(call)))));
    },
    writeMetadata: async (call) => writeMetadata(parts, call),
    async remove(call) {
      await assertMounted(parts, call);
      await secrets.remove(refOf(call), callerOf(call)).catch(ignoreMissing);
      await parts.descriptions.remove(placeOf(refOf(call)));
      return EMPTY;
    },
    list: async (call) => list(parts, call),
    async readConfig(call) {
      await assertMounted(parts, call);
      const { isCasRequired, versionsKept } = await parts.descriptions.find({ mount: param(call, 'mount'), path: null });
      return data({ cas_required: isCasRequired, max_versions: versionsKept ?? 0, delete_version_after: '0s' });
    },
    async writeConfig(call) {
      await assertMounted(parts, call);
      const { isCasRequired, versionsKept } = settingsOf(call);
      const place = { mount: param(call, 'mount'), path: null };
      await parts.descriptions.save(place, withoutUndefined({ isCasRequired, versionsKept }), call.principal.actor);
      return EMPTY;
    },
  };
}

const placeOf = (ref: SecretRef) => ({ mount: ref.application, path: pathOfRef(ref) });

/** Changing what is not there changes nothing, and clients do not take it for a fault. */
function ignoreMissing(error: unknown): null {
  if (isRefusal(error, 'not-found')) return null;
  throw error;
}

async function assertMounted({ applications }: Parts, call: VaultCall): Promise<void> {
  const mount = param(call, 'mount');
  if (mount === SHARED_SECRETS || (await applications.list()).some(({ application }) => application.id === mount)) return;
  const detail = `no handler for route "${call.path}". route entry not found.`;
  throw new Refusal('not-found', { errors: [{ pointer: '', detail }] });
}

function versionIn({ query }: VaultCall): number | null {
  const text = query.get('version');
  // 0 = the current one.
  if (text === null || text === '' || text === '0') return null;
  if (!/^\d{1,9}$/u.test(text)) throw invalid('a number of a version', 'version');
  return Number(text);
}

async function read({ secrets, descriptions }: Parts, call: VaultCall): Promise<VaultAnswer> {
  const ref = refOf(call);
  const wanted = versionIn(call);
  const caller = callerOf(call);
  try {
    const { data: fields, version, createdAt } = await secrets.read(ref, caller, wanted ?? undefined);
    const description = await descriptions.recall(placeOf(ref));
    return data({ data: fields, metadata: versionMetadata({ createdAt, version }, description) });
  } catch (error) {
    if (!isRefusal(error, 'not-found') || !may(call.principal, 'secret:read')) throw error;
    const detail = await secrets.find(ref, caller);
    const hidden = detail === null ? null : hiddenVersion(detail, wanted, await descriptions.find(placeOf(ref)));
    if (hidden === null) throw error;
    return { kind: 'data', data: hidden, status: 404 };
  }
}

async function write(parts: Parts, call: VaultCall, wanted: z.infer<typeof writeSchema>): Promise<VaultAnswer> {
  const { secrets, descriptions } = parts;
  const ref = refOf(call);
  await assertMounted(parts, call);
  const description = await descriptions.find(placeOf(ref));
  const mount = await descriptions.find({ mount: ref.application, path: null });
  const cas = wanted.options?.cas ?? undefined;
  if (cas === undefined && (description.isCasRequired || mount.isCasRequired)) throw invalid(CAS_REQUIRED);
  const detail = await secrets.write(ref, { data: wanted.data, cas }, callerOf(call));
  const version = currentOf(detail);
  // A mount says how many versions its secrets keep; said of a secret that is there, it stays what it is.
  const keeps = version === 1 && mount.versionsKept !== null && mount.versionsKept !== detail.versionsKept;
  if (keeps) await secrets.change(ref, { versionsKept: mount.versionsKept ?? SECRET_VERSIONS_KEPT }, callerOf(call));
  const createdAt = detail.versions.find((each) => each.version === version)?.createdAt ?? detail.changedAt;
  return data(versionMetadata({ createdAt, version }, description));
}

/** A custom metadata without a word, `delete_version_after` of nothing: what older clients always send changes nothing. */
function settingsOf(call: VaultCall) {
  const wanted = bodyOf(call, settingsSchema);
  if (wanted.delete_version_after !== null)
    throw invalid('versions are not deleted by age: set how many are kept with max_versions', 'delete_version_after');
  const { max_versions: kept } = wanted;
  return {
    isCasRequired: wanted.cas_required ?? undefined,
    versionsKept: kept === undefined || kept === null ? undefined : kept || SECRET_VERSIONS_KEPT,
    custom: call.body['custom_metadata'] === undefined ? undefined : wanted.custom_metadata,
  };
}

const withoutUndefined = <Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  // Exactly the entries that are there.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };

async function writeMetadata({ secrets, descriptions, ...parts }: Parts, call: VaultCall): Promise<VaultAnswer> {
  const ref = refOf(call);
  await assertMounted({ secrets, descriptions, ...parts }, call);
  const { versionsKept, isCasRequired, custom } = settingsOf(call);
  // Asks the policies as well, also where nothing of the secret itself changes. A secret that is not there gets nothing.
  await secrets.change(ref, versionsKept === undefined ? {} : { versionsKept }, callerOf(call));
  await descriptions.save(placeOf(ref), withoutUndefined({ isCasRequired, custom }), call.principal.actor);
  return EMPTY;
}

async function list(parts: Parts, call: VaultCall): Promise<VaultAnswer> {
  const { secrets } = parts;
  await assertMounted(parts, call);
  const application = param(call, 'mount');
  const paths: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await secrets.list({ application, cursor, limit: PAGE_ITEMS }, callerOf(call));
    paths.push(...page.items.map(pathOfRef));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && paths.length < LISTED_MAX);
  const keys = keysBelow(paths, param(call, 'path'));
  if (keys.length === 0) throw notFound();
  return data({ keys });
}
