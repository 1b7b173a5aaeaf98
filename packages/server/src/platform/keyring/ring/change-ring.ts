import { keyringEvents, RING_KEYS_MAX, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { faultPoint } from '../../fault-point.ts';
import type { Nodes } from '../../nodes/nodes.ts';
import { Refusal } from '../../refusal.ts';
import type { Keyring } from '../keyring.ts';
import { lockSharedRing, mergeShared, writeSharedRing } from '../shared-ring.ts';
import { keptFile, prepareRootKey, rewrapRing, settleRootKey } from './change-root.ts';
import { activeKey } from './opened-ring.ts';
import { closeRing, type Ring, type RingKey } from './ring-file.ts';
import { makeKey, type Kek, type Purpose } from './wrap.ts';

/** Notes between nodes arrive in less than a second, and without them each looks every three: then all know a new key. */
export const ANNOUNCED_MS = 10_000;
export const RING_TOPIC = 'keyring';

type Actor = EventRecord['actor'];
export type KeyCause = 'operator' | 'nonces' | 'schedule';

export interface Rotated {
  readonly key: RingKey;
  readonly previous: string;
}

/** The ring as it changes: written where every node finds it, recorded, and only then used. */
export interface RingChanges {
  rotate(purpose: Exclude<Purpose, 'mac'>, by: { actor: Actor; cause: KeyCause }): Promise<Rotated>;
  /** Nothing but the wrapping of the ring changes. Refused while other nodes run: they could not open it any more. */
  rotateRoot(actor: Actor): Promise<{ readonly root: string; readonly previous: string; readonly previousFile: string }>;
  /** Nothing lies under these any more. */
  retire(ids: readonly string[], items: number): Promise<void>;
  destroy(id: string, given: { readonly withoutNodes: readonly string[]; readonly actor: Actor }): Promise<void>;
}

export interface RingChangeParts {
  readonly keyring: Pick<Keyring, 'ring' | 'store' | 'rootKeyFile'>;
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly nodes: Pick<Nodes, 'tell'>;
  /** Names of the other nodes that run now. */
  readonly otherNodes: () => Promise<readonly string[]>;
}

interface Change {
  readonly next: Ring;
  /** Given when the root key is another one from now on. */
  readonly kek?: Kek;
  readonly event: EventRecord;
}
type Commit = (change: (now: Ring) => Change) => Promise<void>;

/** One change at a time, over all nodes: each starts from what the one before left. */
function createCommit({ keyring, db, bus, nodes }: RingChangeParts): Commit {
  const { ring } = keyring;
  return async (change) => {
    await db.transaction(async (tx) => {
      const shared = db.kind === 'postgres' ? await lockSharedRing(tx) : null;
      const { next, kek, event } = change(shared === null ? ring.ring : mergeShared(ring, shared));
      if (db.kind === 'postgres') await writeSharedRing(tx, next);
      await bus.publish(tx, [event]);
      // On the disk first: a key that nothing was sealed with does no harm, a seal without its key would.
      tx.beforeCommit(async () => {
        await keyring.store(next);
        faultPoint('keyring:stored');
      });
      tx.afterCommit(() => ring.adopt(next, kek));
    });
    nodes.tell(RING_TOPIC, String(ring.ring.revision));
  };
}

export function createRingChanges(parts: RingChangeParts): RingChanges {
  const commit = createCommit(parts);
  return {
    rotate: (purpose, by) => rotate({ ...parts, commit }, purpose, by),
    rotateRoot: (actor) => rotateRoot({ ...parts, commit }, actor),
    retire: (ids, items) => retire({ ...parts, commit }, ids, items),
    destroy: (id, given) => destroy({ ...parts, commit }, id, given),
  };
}

interface Committing extends RingChangeParts {
  readonly commit: Commit;
}

const withKeys = ({ keyring }: Committing, { revision, root, rootChangedAt }: Ring, keys: readonly RingKey[]): Ring =>
  closeRing({ revision: revision + 1, root, rootChangedAt, keys: [...keys] }, keyring.ring.kek);

async function rotate(
  parts: Committing,
  purpose: Exclude<Purpose, 'mac'>,
  { actor, cause }: Parameters<RingChanges['rotate']>[1],
): Promise<Rotated> {
  const { keyring, db, bus, clock } = parts;
  const made: Rotated[] = [];
  await parts.commit((now) => {
    if (now.keys.length >= RING_KEYS_MAX)
      throw new Refusal('conflict', { detail: `A keyring holds at most ${RING_KEYS_MAX} keys.` });
    const at = clock.now();
    const previous = activeKey(now, purpose, at)?.id ?? '';
    const version = 1 + Math.max(0, ...now.keys.filter((key) => key.purpose === purpose).map((key) => key.version));
    const activeFrom = db.kind === 'postgres' ? at + ANNOUNCED_MS : at;
    const key = makeKey(purpose, { version, now: at, activeFrom }, keyring.ring.kek);
    made.push({ key, previous });
    const payload = { purpose, key: key.id, previous, activeFrom, cause };
    const event = bus.newEvent(keyringEvents.keyRotated, { actor, target: key.id, payload });
    return { next: withKeys(parts, now, [...now.keys, key]), event };
  });
  const [rotated] = made;
  if (rotated === undefined) throw new Error('assertion: a change that was committed was made');
  return rotated;
}

async function rotateRoot({ keyring, bus, clock, otherNodes, commit }: Committing, actor: Actor) {
  const others = await otherNodes();
  if (others.length > 0)
    throw new Refusal('key-in-use', {
      errors: [
        {
          pointer: '/what',
          detail: `nodes run that could not open a keyring under a new root key; stop them first: ${others.join(', ')}`,
        },
      ],
    });
  const from = keyring.ring.kek;
  const to = await prepareRootKey(keyring.rootKeyFile);
  faultPoint('keyring:root:prepared');
  await commit((now) => ({
    next: rewrapRing(now, { from, to, now: clock.now() }),
    kek: to,
    event: bus.newEvent(keyringEvents.rootRotated, { actor, target: to.id, payload: { root: to.id, previous: from.id } }),
  }));
  faultPoint('keyring:root:committed');
  await settleRootKey(keyring.rootKeyFile, to.id);
  return { root: to.id, previous: from.id, previousFile: keptFile(keyring.rootKeyFile, from.id) };
}

function retire(parts: Committing, ids: readonly string[], items: number): Promise<void> {
  const retired = new Set(ids);
  const at = parts.clock.now();
  const retire = (key: RingKey): RingKey => (retired.has(key.id) && key.retiredAt === null ? { ...key, retiredAt: at } : key);
  return parts.commit((now) => ({
    next: withKeys(parts, now, now.keys.map(retire)),
    event: parts.bus.newEvent(keyringEvents.rewrapped, { payload: { items, retired: ids.slice(0, 100) } }),
  }));
}

function destroy(parts: Committing, id: string, { withoutNodes, actor }: Parameters<RingChanges['destroy']>[1]): Promise<void> {
  return parts.commit((now) => {
    const key = now.keys.find((one) => one.id === id && one.wrapped !== null);
    if (key === undefined) throw new Refusal('not-found');
    if (key.retiredAt === null)
      throw new Refusal('key-in-use', { errors: [{ pointer: '/key', detail: `key ${id} is not retired` }] });
    const gone = { ...key, wrapped: null, destroyedAt: parts.clock.now() };
    const payload = { key: id, withoutNodes: [...withoutNodes] };
    return {
      next: withKeys(
        parts,
        now,
        now.keys.map((one) => (one === key ? gone : one)),
      ),
      event: parts.bus.newEvent(keyringEvents.keyDestroyed, { actor, target: id, payload }),
    };
  });
}
