import type { SecretDetail, SecretVersion } from '@holdfast/contract';
import type { Description } from '../../../domains/secrets/index.ts';
import type { JsonObject } from '../wire/answer.ts';
import { timeOf } from '../wire/duration.ts';

const isHidden = ({ state }: SecretVersion): boolean => state === 'deleted' || state === 'destroyed';

/** What is not published yet is nobody's business. */
export const shownVersions = ({ versions }: SecretDetail): readonly SecretVersion[] =>
  versions.filter(({ state }) => state !== 'staged');

/** The version that a read without a number is about: the published one, hidden or not. */
export function currentOf(detail: SecretDetail): number {
  if (detail.currentVersion !== null) return detail.currentVersion;
  return Math.max(0, ...shownVersions(detail).map(({ version }) => version));
}

interface VersionTimes {
  readonly createdAt: number;
  readonly version: number;
  readonly deletedAt?: number | null;
  readonly isDestroyed?: boolean;
}

const deletionTime = (deletedAt: number | null | undefined): string =>
  deletedAt === null || deletedAt === undefined ? '' : timeOf(deletedAt);

/** Of one version, beside its data. */
export function versionMetadata(
  { createdAt, version, deletedAt, isDestroyed = false }: VersionTimes,
  { custom }: Pick<Description, 'custom'>,
): JsonObject {
  return {
    created_time: timeOf(createdAt),
    custom_metadata: Object.keys(custom).length === 0 ? null : custom,
    deletion_time: deletionTime(deletedAt),
    destroyed: isDestroyed,
    version,
  };
}

/** A version that is there and hidden: clients read this in a 404. Null = there is none to tell of. */
export function hiddenVersion(detail: SecretDetail, wanted: number | null, description: Description): JsonObject | null {
  const number = wanted ?? currentOf(detail);
  const found = shownVersions(detail).find(({ version }) => version === number);
  if (found === undefined || !isHidden(found)) return null;
  const { createdAt, deletedAt, version, state } = found;
  return {
    data: null,
    metadata: versionMetadata({ createdAt, version, deletedAt, isDestroyed: state === 'destroyed' }, description),
  };
}

/** Of the secret as a whole. */
export function secretMetadata(detail: SecretDetail, description: Description): JsonObject {
  const versions = shownVersions(detail);
  return {
    cas_required: description.isCasRequired,
    created_time: timeOf(detail.createdAt),
    current_metadata_version: 0,
    current_version: currentOf(detail),
    custom_metadata: Object.keys(description.custom).length === 0 ? null : description.custom,
    delete_version_after: '0s',
    max_versions: detail.versionsKept,
    oldest_version: Math.min(...versions.map(({ version }) => version), currentOf(detail)),
    updated_time: timeOf(detail.changedAt),
    versions: Object.fromEntries(
      versions.map(({ version, createdAt, deletedAt, state }) => [
        String(version),
        { created_time: timeOf(createdAt), deletion_time: deletionTime(deletedAt), destroyed: state === 'destroyed' },
      ]),
    ),
  };
}
