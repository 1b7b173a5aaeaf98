import {
  SECRET_VERSIONS_KEPT,
  SECRET_VERSIONS_MAX,
  type SecretDetail,
  type SecretRef,
  type SecretSettings,
  type SecretVersion,
  type SecretView,
} from '@holdfast/contract';
import { DAY_MS } from '../store/entry-store.ts';
import type { KvFacts, KvVersion } from './kv-store.ts';

/** Where the key-value engine has no place for a setting it stands in the custom metadata, under these names. */
const OWNER = 'holdfast_owner';
const DESCRIPTION = 'holdfast_description';
const MAX_AGE_DAYS = 'holdfast_max_age_days';
const CANARY = 'holdfast_canary';

type Custom = ReadonlyMap<string, string>;

/** Anything but the word `false` marks a decoy: a mark that somebody wrote by hand is not lost. */
export const isCanary = (custom: Custom): boolean => custom.has(CANARY) && custom.get(CANARY) !== 'false';

function maxAgeOf(custom: Custom): number | null {
  const text = custom.get(MAX_AGE_DAYS) ?? '';
  return /^[1-9]\d{0,3}$/u.test(text) ? Number(text) : null;
}

/** What others wrote there stays. */
export function changedCustom(held: Custom, { owner, description, maxAgeDays, isCanary: canary }: SecretSettings): Custom {
  const custom = new Map(held);
  const put = (name: string, value: string | number | null | undefined): void => {
    if (value === undefined) return;
    if (value === null || value === '') custom.delete(name);
    else custom.set(name, String(value));
  };
  put(OWNER, owner);
  put(DESCRIPTION, description);
  put(MAX_AGE_DAYS, maxAgeDays);
  put(CANARY, canary === undefined ? undefined : canary ? 'true' : null);
  return custom;
}

interface Seen {
  readonly now: number;
  readonly mayKnowCanary: boolean;
}

/** What the server does not say of a version: the ledger does. */
const BY_SERVER = 'server';

export const isHidden = ({ deletedAt, isDestroyed }: KvVersion, now: number): boolean =>
  isDestroyed || (deletedAt !== null && deletedAt <= now);

const keptOf = ({ versionsKept }: KvFacts): number => (versionsKept === 0 ? SECRET_VERSIONS_KEPT : versionsKept);

/** How many of the oldest go for one more version. */
export const droppedByOneMore = (facts: KvFacts): number => Math.max(0, facts.versions.length + 1 - keptOf(facts));

export function viewOf({ application, environment, name }: SecretRef, facts: KvFacts, { now, mayKnowCanary }: Seen): SecretView {
  const { custom, versions, current } = facts;
  const held = versions.find(({ version }) => version === current);
  const changedAt = held?.createdAt ?? facts.updatedAt;
  const maxAgeDays = maxAgeOf(custom);
  return {
    application,
    environment,
    name,
    currentVersion: held === undefined || isHidden(held, now) ? null : current,
    latestVersion: versions[0]?.version ?? current,
    // The server tells names of fields only together with their values.
    fields: [],
    createdAt: facts.createdAt,
    changedAt,
    owner: custom.get(OWNER)?.slice(0, 254) ?? null,
    description: custom.get(DESCRIPTION)?.slice(0, 500) ?? '',
    maxAgeDays,
    isOverdue: maxAgeDays !== null && changedAt + maxAgeDays * DAY_MS < now,
    rotation: null,
    isCanary: mayKnowCanary && isCanary(custom),
    lastReadAt: null,
    versionsKept: keptOf(facts),
  };
}

export function detailOf(ref: SecretRef, facts: KvFacts, seen: Seen): SecretDetail {
  const versions = facts.versions.slice(0, SECRET_VERSIONS_MAX + 1);
  return { ...viewOf(ref, facts, seen), versions: versions.map((each) => versionOf(each, facts.current, seen.now)) };
}

function versionOf(held: KvVersion, current: number, now: number): SecretVersion {
  const { version, createdAt, deletedAt, isDestroyed } = held;
  const live = version === current ? 'current' : 'kept';
  const hidden = isDestroyed ? 'destroyed' : 'deleted';
  const state = isHidden(held, now) ? hidden : live;
  return { version, state, createdAt, createdBy: BY_SERVER, note: null, deletedAt, copyOf: null };
}
