import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  PAGE_ITEMS_MAX,
  secretEvents,
  SHARED_SECRETS,
  type SecretData,
  type SecretDetail,
  type SecretRef,
  type SecretSettings,
  type SecretValue,
  type SecretView,
} from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Applications } from '../../applications/index.ts';
import type { Gate } from '../access/gate.ts';
import { assertKnown, assertPurpose } from '../known.ts';
import type { RecordedRead } from '../reads/read-record.ts';
import { refText } from '../ref.ts';
import type { NewVersion, SecretCaller, SecretListQuery, Secrets } from '../secrets.ts';
import { refOf } from '../store/step.ts';
import type { Change } from './changes.ts';
import type { KvFacts, KvStore } from './kv-store.ts';
import { changedCustom, detailOf, droppedByOneMore, isCanary, isHidden, viewOf } from './settings.ts';
import { walk } from './walk.ts';

const PAGE_ITEMS = 50;
/** Addresses looked at for one page beyond the cursor: most of them may be none of the caller's business. */
const SCANNED_MAX = 1000;
const JUDGED_AT_ONCE = 50;

export interface OutsideParts {
  readonly kv: KvStore;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly keyring: Pick<Keyring, 'isSealed'>;
  readonly applications: Pick<Applications, 'get'>;
  readonly recordRead: (read: RecordedRead) => Promise<void>;
  /** Recorded before it is done, and once more where it failed. */
  readonly change: Change;
}

const cursorOf = (ref: SecretRef): string => createHash('sha256').update(refText(ref)).digest('base64url');

/** Secrets that lie on another server. Who may, for what and with which record is decided here, before that server is asked. */
export class OutsideSecrets implements Secrets {
  readonly #parts: OutsideParts;

  constructor(parts: OutsideParts) {
    this.#parts = parts;
  }

  async list({ cursor, limit = PAGE_ITEMS, q, overdue, ...below }: SecretListQuery, caller: SecretCaller) {
    const { gate, kv } = this.#parts;
    await gate.assertMay(null, 'secret:read', caller);
    const items: SecretView[] = [];
    let isBehind = cursor === undefined;
    let last: SecretRef | null = null;
    let scanned = 0;
    for await (const ref of walk(kv, below)) {
      if (!isBehind) {
        isBehind = cursorOf(ref) === cursor;
        continue;
      }
      if (last !== null && (items.length === Math.min(limit, PAGE_ITEMS_MAX) || scanned === SCANNED_MAX))
        return { items, next: cursorOf(last) };
      scanned += 1;
      if (scanned % JUDGED_AT_ONCE === 0) await nextTurn();
      last = ref;
      const view = await this.#shown(ref, { q, overdue }, caller);
      if (view !== null) items.push(view);
    }
    if (isBehind) return { items, next: null };
    throw new Refusal('input-invalid', { errors: [{ pointer: '/cursor', detail: 'that secret is gone: begin again' }] });
  }

  /** Null = it does not fit, or is not for them. */
  async #shown(ref: SecretRef, { q, overdue }: SecretListQuery, caller: SecretCaller): Promise<SecretView | null> {
    const { gate, kv } = this.#parts;
    if (q !== undefined && !ref.name.toLowerCase().includes(q.toLowerCase())) return null;
    if ((await gate.judge(ref, 'secret:read', caller)) !== 'allowed') return null;
    const facts = await kv.facts(ref);
    if (facts === null) return null;
    const view = viewOf(ref, facts, await this.#seen(ref, facts, caller));
    return overdue === undefined || view.isOverdue === overdue ? view : null;
  }

  async find(ref: SecretRef, caller: SecretCaller): Promise<SecretDetail | null> {
    const { gate, kv } = this.#parts;
    await gate.assertMay(ref, 'secret:read', caller);
    const facts = await kv.facts(ref);
    return facts === null ? null : this.#detail(ref, facts, caller);
  }

  async read(ref: SecretRef, caller: SecretCaller, version?: number): Promise<SecretValue> {
    assertPurpose(caller);
    await this.#parts.gate.assertMay(ref, 'secret:reveal', caller);
    return this.open(refOf(ref), version ?? null, caller);
  }

  /** Whether they may was decided before. */
  async open(ref: SecretRef, wanted: number | null, caller: SecretCaller): Promise<SecretValue> {
    this.#assertOpen();
    const held = await this.#parts.kv.read(ref, wanted);
    if (held === null) throw new Refusal('not-found');
    const { version, createdAt, data, custom } = held;
    await this.#parts.recordRead({ ref, caller, version, isCanary: isCanary(custom) });
    return { ...ref, version, createdAt, data };
  }

  async write(ref: SecretRef, { data, cas, note }: NewVersion, caller: SecretCaller): Promise<SecretDetail> {
    const facts = await this.#mayChange(ref, caller);
    if (facts === null && ref.application !== SHARED_SECRETS) await assertKnown(this.#parts.applications, ref.application);
    if (cas !== undefined && cas !== (facts?.current ?? 0)) throw new Refusal('secret-changed');
    return this.#put(ref, { facts, data, note, copyOf: null }, caller);
  }

  async rollback(ref: SecretRef, { version, note }: Parameters<Secrets['rollback']>[1], caller: SecretCaller) {
    const facts = await this.#assertThere(ref, caller);
    const earlier = await this.#parts.kv.read(ref, version);
    if (earlier === null) throw new Refusal('not-found');
    return this.#put(ref, { facts, data: earlier.data, note, copyOf: version }, caller);
  }

  async change(ref: SecretRef, settings: SecretSettings, caller: SecretCaller): Promise<SecretDetail> {
    const { custom } = await this.#assertThere(ref, caller);
    const { kv, change } = this.#parts;
    const { versionsKept } = settings;
    const fields = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    const wanted = { custom: changedCustom(custom, settings), ...(versionsKept === undefined ? {} : { versionsKept }) };
    if (fields.length > 0)
      await change(secretEvents.changed, { ref, caller, more: { fields } }, async () => kv.describe(ref, wanted));
    return this.#now(ref, caller);
  }

  async deleteVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail> {
    return this.#move(ref, { change: 'deleted', versions }, caller);
  }

  async undeleteVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail> {
    return this.#move(ref, { change: 'undeleted', versions }, caller);
  }

  async destroyVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail> {
    return this.#move(ref, { change: 'destroyed', versions }, caller);
  }

  async remove(ref: SecretRef, caller: SecretCaller): Promise<void> {
    const { versions } = await this.#assertThere(ref, caller);
    const { kv, change } = this.#parts;
    const more = { versions: versions.length };
    await change(secretEvents.removed, { ref, caller, more }, async () => kv.remove(ref));
  }

  async #put(ref: SecretRef, { facts, data, note, copyOf }: Put, caller: SecretCaller): Promise<SecretDetail> {
    const { kv, change } = this.#parts;
    const current = facts?.current ?? 0;
    const dropped = facts === null ? 0 : droppedByOneMore(facts);
    const more = { version: current + 1, isNew: current === 0, copyOf, dropped };
    // Always based on what was looked at: its number stands in the record before the server knows of it.
    await change(secretEvents.written, { ref, caller, more, note }, async () => kv.write(ref, data, current));
    return this.#now(ref, caller);
  }

  async #move(ref: SecretRef, { change: kind, versions }: Moved, caller: SecretCaller): Promise<SecretDetail> {
    const facts = await this.#assertThere(ref, caller);
    const { kv, change, clock } = this.#parts;
    const { verb, fits } = MOVES[kind];
    const moved = facts.versions
      .filter((each) => versions.includes(each.version) && fits(each.isDestroyed, isHidden(each, clock.now())))
      .map(({ version }) => version)
      .toSorted((one, other) => one - other);
    const more = { change: kind, versions: moved };
    if (moved.length > 0)
      await change(secretEvents.versionsChanged, { ref, caller, more }, async () => kv.move(ref, verb, moved));
    return this.#now(ref, caller);
  }

  async #mayChange(ref: SecretRef, caller: SecretCaller): Promise<KvFacts | null> {
    await this.#parts.gate.assertMay(ref, 'secret:write', caller);
    this.#assertOpen();
    return this.#parts.kv.facts(ref);
  }

  async #assertThere(ref: SecretRef, caller: SecretCaller): Promise<KvFacts> {
    const facts = await this.#mayChange(ref, caller);
    if (facts === null) throw new Refusal('not-found');
    return facts;
  }

  /** Keys that were put away end every read and change here as well. */
  #assertOpen(): void {
    if (this.#parts.keyring.isSealed) throw new Refusal('keyring-sealed');
  }

  async #now(ref: SecretRef, caller: SecretCaller): Promise<SecretDetail> {
    const facts = await this.#parts.kv.facts(ref);
    if (facts === null) throw new Refusal('not-found');
    return this.#detail(ref, facts, caller);
  }

  async #detail(ref: SecretRef, facts: KvFacts, caller: SecretCaller): Promise<SecretDetail> {
    return detailOf(ref, facts, await this.#seen(ref, facts, caller));
  }

  async #seen(ref: SecretRef, { custom }: KvFacts, caller: SecretCaller) {
    const { gate, clock } = this.#parts;
    const verdict = isCanary(custom) ? await gate.judge(ref, 'secret:write', caller) : 'allowed';
    return { now: clock.now(), mayKnowCanary: verdict === 'allowed' || verdict === 'step-up' };
  }
}

interface Put {
  readonly facts: KvFacts | null;
  readonly data: SecretData;
  readonly note: string | undefined;
  readonly copyOf: number | null;
}

interface Moved {
  readonly change: keyof typeof MOVES;
  readonly versions: readonly number[];
}

/** Those that are so already stay as they are: a repeated call changes nothing and records nothing. */
const MOVES = {
  deleted: { verb: 'delete', fits: (_: boolean, isHiddenNow: boolean) => !isHiddenNow },
  undeleted: { verb: 'undelete', fits: (isDestroyed: boolean, isHiddenNow: boolean) => isHiddenNow && !isDestroyed },
  destroyed: { verb: 'destroy', fits: (isDestroyed: boolean) => !isDestroyed },
} as const;
