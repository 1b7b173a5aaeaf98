import { setImmediate as nextTurn } from 'node:timers/promises';
import { PAGE_ITEMS_MAX, SHARED_SECRETS, type SecretDetail, type SecretRef, type SecretView } from '@holdfast/contract';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Applications } from '../applications/index.ts';
import type { Gate } from './access/gate.ts';
import { assertKnown, assertPurpose } from './known.ts';
import type { Reads } from './reads/reads.ts';
import type { SecretCaller, SecretListQuery, Secrets } from './secrets.ts';
import * as changes from './store/changes.ts';
import { findEntry, hasEntry, readEntries } from './store/entry-store.ts';
import { refOf, stepIn, type Step } from './store/step.ts';
import type { EntryRow, SecretDb, SecretTables } from './store/tables.ts';
import type { ValueSeal } from './store/value-seal.ts';
import { readCurrentFields, readVersions } from './store/version-store.ts';
import { toDetail, toView } from './store/views.ts';

/** Rows looked at for one page: most of them may be none of the caller's business. */
const SCANNED_MAX = 1000;
const PAGE_ITEMS = 50;
/** Decisions between two turns of the event loop: gateways of this process answer meanwhile. */
const JUDGED_AT_ONCE = 50;

/** What was set up for these secrets; null = nothing. */
export type RotationSource = (refs: readonly SecretRef[]) => Promise<readonly SecretView['rotation'][]>;

interface Behind {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly applications: Pick<Applications, 'get'>;
  readonly newId: () => string;
  readonly seal: ValueSeal;
  readonly reads: Reads;
  readonly gate: Gate;
  readonly rotations: { readonly source: RotationSource };
}

export class StoredSecrets implements Secrets {
  readonly #parts: Behind;

  constructor(parts: Behind) {
    this.#parts = parts;
  }

  async list(query: SecretListQuery, caller: SecretCaller) {
    const { cursor, limit = PAGE_ITEMS, ...filter } = query;
    await this.#parts.gate.assertMay(null, 'secret:read', caller);
    const most = Math.min(limit, PAGE_ITEMS_MAX);
    const db = this.#tables();
    const after = cursor ?? null;
    if (after !== null && !(await hasEntry(db, after))) {
      throw new Refusal('input-invalid', { errors: [{ pointer: '/cursor', detail: 'that secret is gone: begin again' }] });
    }
    const rows = await readEntries(db, { ...filter, after, limit: SCANNED_MAX + 1, now: this.#parts.clock.now() });
    const page: EntryRow[] = [];
    let last: EntryRow | null = null;
    for (const [index, row] of rows.slice(0, SCANNED_MAX).entries()) {
      if (page.length === most) break;
      if (index % JUDGED_AT_ONCE === JUDGED_AT_ONCE - 1) await nextTurn();
      last = row;
      if ((await this.#parts.gate.judge(refOf(row), 'secret:read', caller)) === 'allowed') page.push(row);
    }
    const next = last === null || last === rows.at(-1) ? null : last.id;
    return { items: await this.#views(page, caller), next };
  }

  async find(ref: SecretRef, caller: SecretCaller): Promise<SecretDetail | null> {
    await this.#parts.gate.assertMay(ref, 'secret:read', caller);
    return this.#detail(ref, caller);
  }

  async read(ref: SecretRef, caller: SecretCaller, version?: number) {
    assertPurpose(caller);
    await this.#parts.gate.assertMay(ref, 'secret:reveal', caller);
    return this.#parts.reads.open({ ref: refOf(ref), version: version ?? null }, caller);
  }

  async write(ref: SecretRef, version: Parameters<Secrets['write']>[1], caller: SecretCaller): Promise<SecretDetail> {
    const { gate, applications } = this.#parts;
    await gate.assertMay(ref, 'secret:write', caller);
    const isNew = (await findEntry(this.#tables(), ref)) === null;
    if (isNew && ref.application !== SHARED_SECRETS) await assertKnown(applications, ref.application);
    return this.#changed(ref, caller, async (step) => changes.write(step, refOf(ref), { ...version, newId: this.#parts.newId }));
  }

  async change(ref: SecretRef, settings: Parameters<Secrets['change']>[1], caller: SecretCaller): Promise<SecretDetail> {
    return this.#change(ref, caller, async (step) => changes.changeSettings(step, ref, settings));
  }

  async rollback(ref: SecretRef, to: Parameters<Secrets['rollback']>[1], caller: SecretCaller): Promise<SecretDetail> {
    return this.#change(ref, caller, async (step) => changes.rollBack(step, ref, to));
  }

  async deleteVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail> {
    return this.#change(ref, caller, async (step) => changes.moveVersions(step, ref, { change: 'deleted', versions }));
  }

  async undeleteVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail> {
    return this.#change(ref, caller, async (step) => changes.moveVersions(step, ref, { change: 'undeleted', versions }));
  }

  async destroyVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail> {
    return this.#change(ref, caller, async (step) => changes.moveVersions(step, ref, { change: 'destroyed', versions }));
  }

  async remove(ref: SecretRef, caller: SecretCaller): Promise<void> {
    const { gate } = this.#parts;
    await gate.assertMay(ref, 'secret:write', caller);
    await this.#inTransaction(caller, async (step) => changes.remove(step, ref));
  }

  async #change(ref: SecretRef, caller: SecretCaller, act: (step: Step) => Promise<void>): Promise<SecretDetail> {
    await this.#parts.gate.assertMay(ref, 'secret:write', caller);
    return this.#changed(ref, caller, act);
  }

  async #changed(ref: SecretRef, caller: SecretCaller, act: (step: Step) => Promise<void>): Promise<SecretDetail> {
    await this.#inTransaction(caller, act);
    const detail = await this.#detail(ref, caller);
    // Somebody removed it in between.
    if (detail === null) throw new Refusal('not-found');
    return detail;
  }

  async #inTransaction(caller: SecretCaller, act: (step: Step) => Promise<void>): Promise<void> {
    const { db, bus, clock, seal } = this.#parts;
    const { actor } = caller.principal;
    await db.transaction(async (transaction) => stepIn({ bus, clock, seal, transaction, actor }, act));
  }

  async #detail(ref: SecretRef, caller: SecretCaller): Promise<SecretDetail | null> {
    const db = this.#tables();
    const entry = await findEntry(db, ref);
    if (entry === null) return null;
    const [rotation = null] = await this.#parts.rotations.source([refOf(entry)]);
    return toDetail(entry, await readVersions(db, entry.id), { ...(await this.#seen(entry, caller)), rotation });
  }

  async #views(rows: readonly EntryRow[], caller: SecretCaller): Promise<SecretView[]> {
    const current = await readCurrentFields(
      this.#tables(),
      rows.map(({ id }) => id),
    );
    const rotations = await this.#parts.rotations.source(rows.map(refOf));
    const views: SecretView[] = [];
    for (const [index, row] of rows.entries()) {
      const seen = { ...(await this.#seen(row, caller)), rotation: rotations[index] ?? null };
      views.push(toView(row, current.get(row.id) ?? null, seen));
    }
    return views;
  }

  async #seen(entry: EntryRow, caller: SecretCaller) {
    const verdict = entry.is_canary ? await this.#parts.gate.judge(refOf(entry), 'secret:write', caller) : 'allowed';
    return { now: this.#parts.clock.now(), mayKnowCanary: verdict === 'allowed' || verdict === 'step-up' };
  }

  #tables(): SecretDb {
    return this.#parts.db.kysely.withTables<SecretTables>();
  }
}
