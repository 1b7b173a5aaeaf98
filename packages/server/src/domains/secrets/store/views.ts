import { secretDetailSchema, secretViewSchema, type SecretDetail, type SecretVersion, type SecretView } from '@holdfast/contract';
import { DAY_MS } from './entry-store.ts';
import type { EntryRow } from './tables.ts';
import type { VersionFacts } from './version-store.ts';

interface Seen {
  readonly now: number;
  readonly rotation: SecretView['rotation'];
  /** Whoever could only read it is not told that it is a decoy. */
  readonly mayKnowCanary: boolean;
}

function viewOf(entry: EntryRow, current: VersionFacts | null, { now, rotation, mayKnowCanary }: Seen) {
  const isReadable = current?.state === 'live';
  return {
    application: entry.application,
    environment: entry.environment,
    name: entry.name,
    currentVersion: isReadable ? entry.current_version : null,
    latestVersion: entry.latest_version,
    fields: isReadable ? current.fields : [],
    createdAt: entry.created_at,
    changedAt: entry.changed_at,
    owner: entry.owner,
    description: entry.description,
    maxAgeDays: entry.max_age_days,
    isOverdue: entry.max_age_days !== null && entry.changed_at + entry.max_age_days * DAY_MS < now,
    rotation,
    isCanary: entry.is_canary && mayKnowCanary,
    lastReadAt: entry.last_read_at,
    versionsKept: entry.versions_kept,
  };
}

export function toView(entry: EntryRow, current: VersionFacts | null, seen: Seen): SecretView {
  return secretViewSchema.parse(viewOf(entry, current, seen));
}

export function toDetail(entry: EntryRow, versions: readonly VersionFacts[], seen: Seen): SecretDetail {
  const current = versions.find(({ version }) => version === entry.current_version) ?? null;
  return secretDetailSchema.parse({
    ...viewOf(entry, current, seen),
    versions: versions.map((row) => toVersion(row, entry.current_version)),
  });
}

function toVersion(row: VersionFacts, current: number): SecretVersion {
  const { version, created_at: createdAt, created_by: createdBy, note, deleted_at: deletedAt, copy_of: copyOf } = row;
  const live = version === current ? 'current' : 'kept';
  return { version, state: row.state === 'live' ? live : row.state, createdAt, createdBy, note, deletedAt, copyOf };
}
