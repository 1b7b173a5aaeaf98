import type { EventRecord, KeyRotate, KeyRotated, KeyringView, KeyVerify, RewrapView } from '@holdfast/contract';
import { Refusal } from '../../refusal.ts';
import type { KeyCause, RingChangeParts } from '../ring/change-ring.ts';
import { createRingChanges } from '../ring/change-ring.ts';
import { NONCES_ROTATE } from '../ring/nonce-use.ts';
import { activeKey } from '../ring/opened-ring.ts';
import type { RingKey } from '../ring/ring-file.ts';
import { CLEAR } from '../areas/table-area.ts';
import { followSharedRing } from '../shared-ring.ts';
import type { Keyring } from '../keyring.ts';
import { countItems, forgetNodes, holdersOf, readReports, report, type KeyReport } from './key-report.ts';
import { countBehind, createRewrap, type Rewrap, type RewrapParts } from './rewrap.ts';
import { verifySamples } from './verify.ts';

type Actor = EventRecord['actor'];

export interface KeyCareParts extends Omit<RingChangeParts, 'keyring'>, Omit<RewrapParts, 'keyring' | 'onDone'> {
  readonly keyring: Keyring;
  readonly node: string;
  /** Where the root key comes from, in a word, and whether it is there. */
  readonly root: () => { readonly provider: string; readonly sealed: boolean };
}

/** What an operator sees and changes of the keys, and what looks after them by itself. */
export interface KeyCare extends AsyncDisposable {
  view(): Promise<KeyringView>;
  rotate(what: KeyRotate['what'], actor: Actor, cause?: KeyCause): Promise<KeyRotated>;
  startRewrap(): Promise<RewrapView>;
  rewrap(): RewrapView;
  verify(): Promise<KeyVerify>;
  destroy(which: { readonly key: string; readonly withoutNodes: readonly string[] }, actor: Actor): Promise<KeyringView>;
  /** Takes over what another node changed. */
  follow(): Promise<void>;
  /** Now and then: keys that sealed often are replaced, and what lies under earlier ones is sealed anew. */
  look(): Promise<void>;
}

export function createKeyCare(parts: KeyCareParts): KeyCare {
  return new Care(parts);
}

const BY_ITSELF: Actor = { kind: 'system', ref: 'keyring' };

const inUse = (pointer: string, detail: string): Refusal => new Refusal('key-in-use', { detail, errors: [{ pointer, detail }] });

class Care implements KeyCare {
  readonly #parts: KeyCareParts;
  readonly #changes: ReturnType<typeof createRingChanges>;
  readonly #rewrap: Rewrap;

  constructor(parts: KeyCareParts) {
    this.#parts = parts;
    this.#changes = createRingChanges(parts);
    this.#rewrap = createRewrap({ ...parts, onDone: (items) => this.#retire(items) });
  }

  async view(): Promise<KeyringView> {
    const { keyring, areas, root } = this.#parts;
    const { ring } = keyring.ring;
    const items = await countItems(areas.list());
    const reports = await this.#reports();
    const keys = ring.keys.map((key) => this.#show(key, items, reports));
    const shown = await Promise.all(
      areas.list().map(async (area) => {
        const counts = [...(await area.count()).values()];
        const sum = counts.reduce((total, count) => total + count, 0);
        return { name: area.name, items: sum, behind: await countBehind(keyring, area) };
      }),
    );
    return {
      root: { id: ring.root, ...root(), changedAt: ring.rootChangedAt },
      noncesMax: NONCES_ROTATE,
      keys,
      areas: shown,
      rewrap: this.#rewrap.view(),
    };
  }

  async rotate(what: KeyRotate['what'], actor: Actor, cause: KeyCause = 'operator'): Promise<KeyRotated> {
    if (what === 'root') {
      const { provider } = this.#parts.root();
      if (provider !== 'file')
        throw inUse(
          '/what',
          `the root key is kept by ${provider}, which cannot take another one: holdfast key seal-with file, rotate, then seal it again`,
        );
      const { root, previous, previousFile } = await this.#changes.rotateRoot(actor);
      return { what, id: root, previous, previousFile, activeFrom: this.#parts.clock.now() };
    }
    const { key, previous } = await this.#changes.rotate(what, { actor, cause });
    return { what, id: key.id, previous, previousFile: null, activeFrom: key.activeFrom };
  }

  startRewrap(): Promise<RewrapView> {
    if (this.#parts.keyring.isSealed) throw new Refusal('keyring-sealed');
    return Promise.resolve(this.#rewrap.start());
  }

  rewrap(): RewrapView {
    return this.#rewrap.view();
  }

  verify(): Promise<KeyVerify> {
    if (this.#parts.keyring.isSealed) throw new Refusal('keyring-sealed');
    return verifySamples(this.#parts.areas, this.#parts.keyring);
  }

  async destroy(
    { key: id, withoutNodes }: { readonly key: string; readonly withoutNodes: readonly string[] },
    actor: Actor,
  ): Promise<KeyringView> {
    const { db, keyring } = this.#parts;
    const key = keyring.ring.ring.keys.find((one) => one.id === id && one.wrapped !== null);
    if (key === undefined) throw new Refusal('not-found');
    const state = this.#stateOf(key);
    if (key.purpose === 'mac' || state === 'active' || state === 'announced')
      throw inUse('/key', `key ${id} is ${state}: only a retired key is destroyed`);
    if (withoutNodes.length > 0) await forgetNodes(db, withoutNodes);
    // Counted anew: what was retired once can lie in what was restored since.
    const items = (await countItems(this.#parts.areas.list())).get(id) ?? 0;
    if (items > 0) throw inUse('/key', `${items} lie under key ${id}: holdfast key rewrap --watch`);
    const holders = this.#holders(key, await this.#reports());
    if (holders.length > 0)
      throw inUse(
        '/key',
        `something may lie under key ${id} at ${holders.join(', ')}: start them, or name those that are gone for good with --without-node`,
      );
    if (key.retiredAt === null) await this.#changes.retire([id], 0);
    await this.#changes.destroy(id, { withoutNodes, actor });
    return this.view();
  }

  async follow(): Promise<void> {
    if (this.#parts.db.kind === 'embedded' || this.#parts.keyring.isSealed) return;
    await followSharedRing(this.#parts.db, this.#parts.keyring);
  }

  async look(): Promise<void> {
    const { clock, db, areas, keyring } = this.#parts;
    if (keyring.isSealed) return;
    await this.follow();
    if (db.kind === 'postgres') await report(this.#parts, { areas: areas.list(), now: clock.now() });
    const reports = await this.#reports();
    for (const purpose of ['data', 'subjects'] as const) {
      const id = keyring.ring.activeId(purpose);
      const isAnnounced = keyring.ring.ring.keys.some((key) => key.purpose === purpose && this.#stateOf(key) === 'announced');
      if (!isAnnounced && this.#nonces(id, reports) >= NONCES_ROTATE)
        await this.#changes.rotate(purpose, { actor: BY_ITSELF, cause: 'nonces' });
    }
    const isBehind = keyring.ring.ring.keys.some((key) => this.#stateOf(key) === 'replaced');
    if (isBehind || (await countItems(areas.list())).has(CLEAR)) this.#rewrap.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rewrap.stop();
  }

  async #retire(items: number): Promise<void> {
    const { keyring, db, areas, clock } = this.#parts;
    if (db.kind === 'postgres') await report(this.#parts, { areas: areas.list(), now: clock.now() });
    const left = await countItems(areas.list());
    const reports = await this.#reports();
    const ids = keyring.ring.ring.keys
      .filter((key) => this.#stateOf(key) === 'replaced' && (left.get(key.id) ?? 0) === 0)
      .filter((key) => this.#holders(key, reports).length === 0)
      .map(({ id }) => id);
    if (ids.length > 0 || items > 0) await this.#changes.retire(ids, items);
  }

  async #reports(): Promise<readonly KeyReport[]> {
    return this.#parts.db.kind === 'postgres' ? readReports(this.#parts.db) : [];
  }

  #holders(key: RingKey, reports: readonly KeyReport[]): string[] {
    const { keyring, node, clock } = this.#parts;
    const active = activeKey(keyring.ring.ring, key.purpose, clock.now());
    return holdersOf(key.id, active?.activeFrom ?? 0, { reports, node });
  }

  #nonces(id: string, reports: readonly KeyReport[]): number {
    const elsewhere = reports.filter(({ key, node }) => key === id && node !== this.#parts.node);
    return elsewhere.reduce((sum, { nonces }) => sum + nonces, this.#parts.keyring.nonces.reserved().get(id) ?? 0);
  }

  #stateOf(key: RingKey): KeyringView['keys'][number]['state'] {
    const { keyring, clock } = this.#parts;
    const now = clock.now();
    if (key.wrapped === null) return 'destroyed';
    if (key.id === activeKey(keyring.ring.ring, key.purpose, now)?.id) return 'active';
    if (key.activeFrom > now) return 'announced';
    return key.retiredAt === null ? 'replaced' : 'retired';
  }

  #show(key: RingKey, items: ReadonlyMap<string, number>, reports: readonly KeyReport[]): KeyringView['keys'][number] {
    const { id, purpose, version, createdAt, activeFrom, retiredAt, destroyedAt } = key;
    const state = this.#stateOf(key);
    const isOld = state === 'replaced' || state === 'retired';
    return {
      id,
      purpose,
      version,
      state,
      createdAt,
      activeFrom,
      retiredAt,
      destroyedAt,
      items: purpose === 'mac' ? null : (items.get(id) ?? 0),
      nonces: this.#nonces(id, reports),
      heldBy: isOld ? this.#holders(key, reports).slice(0, 100) : [],
    };
  }
}
