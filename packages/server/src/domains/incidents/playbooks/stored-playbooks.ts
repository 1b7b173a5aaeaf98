import {
  PAGE_ITEMS_MAX,
  playbookEvents,
  type Page,
  type PageQuery,
  type PlaybookCheck,
  type PlaybookDetail,
  type PlaybookSettings,
  type PlaybookView,
} from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { digestOf } from './documents/canonical.ts';
import { flowOf, shownVariable } from './documents/flow.ts';
import type { Playbook } from './documents/playbook.ts';
import { readPlaybook, type ReadPlaybook } from './documents/read.ts';
import { verifySignatures } from './documents/signatures.ts';
import { isRecord } from './documents/validate.ts';
import { countThere, insertOne, noteRun, readAll, readOne, replaceOne, type Head, type Stored } from './playbook-store.ts';
import type { Loaded, PlaybookBy, Playbooks, SignatureState } from './playbooks.ts';
import { createPlaybookSeal, type PlaybookSeal } from './sealed.ts';
import type { Shipped } from './shipped.ts';
import { isTrusted, trustedKeys, UNTRUSTED } from './trusted-keys.ts';

/** Some of them are read whole whenever something happens. */
export const PLAYBOOKS_MAX = PAGE_ITEMS_MAX;
const BY_RELEASE: Actor = { kind: 'system', ref: 'release' };

export interface PlaybooksParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly dataDir: string;
  /** Those that come with this release. */
  readonly shipped: () => Promise<readonly Shipped[]>;
  /** Only those of a release run, and those that somebody signed who is trusted here. */
  readonly isSignatureRequired: boolean;
}

type Changed = 'added' | 'replaced' | 'on' | 'off' | 'triggers' | 'removed' | 'restored';

/** What a change makes of a playbook; null = it stays as it is. */
type Changing = (before: Stored) => { readonly next: Stored; readonly change: Changed } | null;

export function createPlaybooks(parts: PlaybooksParts): Playbooks {
  return new StoredPlaybooks(parts);
}

class StoredPlaybooks implements Playbooks {
  readonly #parts: PlaybooksParts;
  readonly #seal: PlaybookSeal;
  #isSeeded = false;

  constructor(parts: PlaybooksParts) {
    this.#parts = parts;
    this.#seal = createPlaybookSeal(parts.keyring);
  }

  async start(): Promise<void> {
    await this.#seed();
  }

  check(document: unknown): PlaybookCheck {
    const { playbook, faults } = this.#read(document);
    return {
      ok: playbook !== null,
      faults: [...faults],
      flow: playbook === null ? [] : [...flowOf(playbook)],
      variables: playbook === null ? [] : playbook.variables.slice(0, 200).map(shownVariable),
    };
  }

  async list({ cursor, limit }: PageQuery): Promise<Page<PlaybookView>> {
    const there = await this.#there();
    const from = cursor === undefined ? 0 : there.findIndex(({ id }) => id === cursor) + 1;
    const items = there.slice(from, from + limit).map((row) => viewOf(this.#asOfNow(row)));
    return { items, next: from + limit < there.length ? (items.at(-1)?.id ?? null) : null };
  }

  async show(id: string): Promise<PlaybookDetail> {
    const row = await this.#find(id);
    const document = this.#seal.open(row.id, row.document);
    const { playbook, faults } = this.#read(document, await this.#known());
    return {
      ...viewOf(this.#asOfNow(row)),
      // What was stored was JSON before.
      document: document as PlaybookDetail['document'],
      flow: playbook === null ? [] : [...flowOf(playbook)],
      start: playbook?.start ?? row.id,
      variables: playbook === null ? [] : playbook.variables.slice(0, 200).map(shownVariable),
      faults: [...faults],
    };
  }

  async put(document: unknown, { actor, revision = null, id }: PlaybookBy & { readonly id?: string }): Promise<PlaybookDetail> {
    const { playbook } = this.#accepted(document);
    if (id !== undefined && playbook.id !== id)
      throw new Refusal('input-invalid', {
        errors: [{ pointer: '/document/id', detail: 'it is another playbook than it is put as' }],
      });
    await this.#parts.db.transaction(async (tx) => {
      const before = await readOne(tx, playbook.id);
      if (revision !== null && before?.revision !== revision) throw new Refusal('precondition-failed');
      const content = this.#contentOf(playbook, actor);
      this.#assertTrusted({ shippedDigest: before?.shippedDigest ?? null, ...content });
      if (before === null || before.removedAt !== null) await this.#assertRoom(tx);
      if (before === null) {
        const row: Stored = { ...content, origin: 'given', isOn: true, triggers: [], shippedDigest: null, isSet: true, ...NEW };
        if (!(await insertOne(tx, row))) throw new Refusal('precondition-failed');
        return this.#publish(tx, row, { actor, change: 'added', reason: null });
      }
      const back = before.removedAt === null ? {} : { removedAt: null };
      const next: Stored = { ...before, ...content, ...back };
      if (!(await replaceOne(tx, before, next))) throw new Refusal('precondition-failed');
      return this.#publish(tx, next, { actor, change: before.removedAt === null ? 'replaced' : 'added', reason: null });
    });
    return this.show(playbook.id);
  }

  async set(id: string, { isOn, triggers, reason }: PlaybookSettings, by: PlaybookBy): Promise<PlaybookDetail> {
    // Two settings are two changes, each with a record of its own.
    if (triggers !== undefined)
      await this.#change(id, { by, reason }, (before) => ({ next: { ...before, triggers, isSet: true }, change: 'triggers' }));
    const rest = triggers === undefined ? by : { actor: by.actor };
    if (isOn !== undefined)
      await this.#change(id, { by: rest, reason }, (before) =>
        before.isOn === isOn ? null : { next: { ...before, isOn, isSet: true }, change: isOn ? 'on' : 'off' },
      );
    return this.show(id);
  }

  async remove(id: string, by: PlaybookBy): Promise<void> {
    const removedAt = this.#parts.clock.now();
    await this.#change(id, { by, reason: null }, (before) => ({ next: { ...before, removedAt }, change: 'removed' }));
  }

  async restore(id: string, by: PlaybookBy): Promise<PlaybookDetail> {
    const row = await readOne(this.#parts.db, id);
    if (row !== null && row.removedAt !== null)
      await this.#change(id, { by, reason: null, isRemoved: true }, (before) => ({
        next: { ...before, removedAt: null },
        change: 'restored',
      }));
    return this.show(id);
  }

  async load(id: string): Promise<Loaded> {
    const row = await this.#find(id);
    const { playbook, faults } = this.#read(this.#seal.open(row.id, row.document));
    // It was accepted once; a later release may know better.
    if (playbook === null) throw refusedWith(faults);
    const now = this.#asOfNow(row);
    const whyNot = this.#parts.isSignatureRequired && !isTrusted(now) ? UNTRUSTED : null;
    return { playbook, view: viewOf(now), whyNot: row.isOn ? whyNot : 'this playbook is off: holdfast playbook on' };
  }

  async signatures(): Promise<SignatureState> {
    const there = (await this.#there()).map((row) => this.#asOfNow(row));
    const untrusted = there.filter((row) => row.isOn && !isTrusted(row)).map(({ name }) => name);
    return { isRequired: this.#parts.isSignatureRequired, untrusted };
  }

  async triggered(): Promise<readonly PlaybookView[]> {
    return (await this.#there()).filter(({ isOn, triggers }) => isOn && triggers.length > 0).map(viewOf);
  }

  async ran(id: string, at: number): Promise<void> {
    await noteRun(this.#parts.db, id, at);
  }

  #read(document: unknown, known?: ReadonlySet<string>): ReadPlaybook {
    const read = readPlaybook(document, known === undefined ? {} : { isThere: (id) => known.has(id) });
    if (read.playbook === null) return read;
    const signed = verifySignatures(read.playbook.document, this.#keys());
    return signed.faults.length === 0 ? read : { playbook: null, faults: [...signed.faults, ...read.faults] };
  }

  #accepted(document: unknown): { readonly playbook: Playbook } {
    const { playbook, faults } = this.#read(document);
    if (playbook === null) throw refusedWith(faults);
    return { playbook };
  }

  #assertTrusted(row: Parameters<typeof isTrusted>[0]): void {
    if (!this.#parts.isSignatureRequired || isTrusted(row)) return;
    throw new Refusal('input-invalid', { errors: [{ pointer: '/document/signatures', detail: UNTRUSTED }] });
  }

  /** With what its signature is worth now: keys come and go. */
  #asOfNow(row: Stored): Stored {
    if (row.signature === 'none') return row;
    const document = this.#seal.open(row.id, row.document);
    return isRecord(document) ? { ...row, signature: verifySignatures(document, this.#keys()).state } : row;
  }

  #keys(): ReadonlySet<string> {
    return trustedKeys(this.#parts.dataDir);
  }

  async #there(): Promise<readonly Stored[]> {
    await this.#seed();
    return (await readAll(this.#parts.db)).filter(({ removedAt }) => removedAt === null);
  }

  async #known(): Promise<ReadonlySet<string>> {
    return new Set((await this.#there()).map(({ id }) => id));
  }

  async #find(id: string): Promise<Stored> {
    await this.#seed();
    const row = await readOne(this.#parts.db, id);
    if (row === null || row.removedAt !== null) throw new Refusal('not-found');
    return row;
  }

  async #assertRoom(tx: Transaction): Promise<void> {
    if ((await countThere(tx)) < PLAYBOOKS_MAX) return;
    throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${PLAYBOOKS_MAX} playbooks; remove some` }] });
  }

  #contentOf(playbook: Playbook, actor: Actor) {
    const { id, name, document } = playbook;
    return {
      id,
      name,
      document: this.#seal.seal(id, document),
      digest: digestOf(document),
      head: headOf(playbook),
      signature: verifySignatures(document, this.#keys()).state,
      changedAt: this.#parts.clock.now(),
      changedBy: actorName(actor),
    };
  }

  async #change(
    id: string,
    { by, reason, isRemoved = false }: { by: PlaybookBy; reason: string | null; isRemoved?: boolean },
    changing: Changing,
  ): Promise<void> {
    const { db, clock } = this.#parts;
    const { actor, revision = null } = by;
    await this.#seed();
    await db.transaction(async (tx) => {
      const before = await readOne(tx, id);
      if (before === null || (before.removedAt !== null) !== isRemoved) throw new Refusal('not-found');
      if (revision !== null && before.revision !== revision) throw new Refusal('precondition-failed');
      const changed = changing(before);
      if (changed === null) return;
      const next = { ...changed.next, changedAt: clock.now(), changedBy: actorName(actor) };
      if (isRemoved) await this.#assertRoom(tx);
      if (!(await replaceOne(tx, before, next))) throw new Refusal('precondition-failed');
      await this.#publish(tx, next, { actor, change: changed.change, reason });
    });
  }

  async #publish(
    tx: Transaction,
    { id, digest }: Stored,
    { actor, change, reason }: { actor: Actor; change: Changed; reason: string | null },
  ): Promise<void> {
    const { bus } = this.#parts;
    const about = { actor, target: id, ...(reason === null ? {} : { reason }) };
    await bus.publish(tx, [bus.newEvent(playbookEvents.changed, { ...about, payload: { playbook: id, change, digest } })]);
  }

  /**
   * Brings the playbooks of this release. One that somebody changed or removed stays as it is; whether one is on and what starts it
   * stays as somebody set it. While the keyring is sealed nothing can be stored: then it is tried when something is asked next.
   */
  async #seed(): Promise<void> {
    const { db, log, keyring, shipped } = this.#parts;
    if (this.#isSeeded || keyring.isSealed) return;
    this.#isSeeded = true;
    for (const { file, document, triggers } of await shipped()) {
      const { playbook } = this.#read(document);
      if (playbook === null) throw new Error(`assertion: our own ${file} can be read`);
      const content = this.#contentOf(playbook, BY_RELEASE);
      const shippedDigest = content.digest;
      await db.transaction(async (tx) => {
        const before = await readOne(tx, playbook.id);
        if (before === null) {
          const row: Stored = { ...content, origin: 'shipped', isOn: true, triggers, shippedDigest, isSet: false, ...NEW };
          // Another node may have been first.
          if (await insertOne(tx, row)) await this.#publish(tx, row, { actor: BY_RELEASE, change: 'added', reason: null });
          return;
        }
        const isTheirs = before.digest !== before.shippedDigest;
        if (before.shippedDigest === shippedDigest || isTheirs || before.removedAt !== null) return;
        const next: Stored = { ...before, ...content, shippedDigest, triggers: before.isSet ? before.triggers : triggers };
        if (await replaceOne(tx, before, next))
          await this.#publish(tx, next, { actor: BY_RELEASE, change: 'replaced', reason: null });
      });
      log.debug({ file }, 'playbook of this release is there');
    }
  }
}

const NEW = { lastRunAt: null, removedAt: null, revision: 1 } as const;

function headOf({ description, types, labels, steps, document }: Playbook): Head {
  const modified = Object.hasOwn(document, 'modified') ? document['modified'] : null;
  return {
    description,
    types: types.map((type) => type.slice(0, 200)),
    labels: labels.map((label) => label.slice(0, 200)),
    steps: steps.size,
    modifiedAt: typeof modified === 'string' ? Date.parse(modified) : 0,
  };
}

function viewOf(row: Stored): PlaybookView {
  const { id, name, head, origin, isOn, triggers, digest, signature, lastRunAt, revision } = row;
  return {
    ...head,
    id,
    name,
    isShipped: origin === 'shipped',
    isOn,
    triggers: [...triggers],
    digest,
    signature,
    lastRunAt,
    revision,
  };
}

function refusedWith(faults: ReadPlaybook['faults']): Refusal {
  const errors = faults
    .filter(({ level }) => level === 'error')
    .map(({ pointer, detail }) => ({ pointer: `/document${pointer}`, detail }));
  return new Refusal('input-invalid', { errors });
}
