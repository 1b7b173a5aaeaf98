import type { Snapshot, SnapshotCurrent, SnapshotState } from '@holdfast/contract';
import { createTurns } from '../../../platform/in-turn.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import { tablesOf } from '../change.ts';
import { createGather } from './gather.ts';
import { compileSnapshot, type Compiled, type CompileParts, type SnapshotOrigin } from './compile-snapshot.ts';
import type { Policy } from './policy.ts';
import { lastVersion, readPolicyOf, readStates } from './snapshot-store.ts';

/** Changes that come together make one snapshot. */
const GATHER_MS = 25;
/** A compilation that failed (database away) is tried again; until then the gateway keeps the last good snapshot. */
const RETRY_MS = 500;

export interface SnapshotsParts extends CompileParts {
  readonly log: Log;
}

export interface Snapshots extends AsyncDisposable {
  /** The newest one, compiled now if there is none yet. */
  current(): Promise<Snapshot>;
  show(): Promise<SnapshotCurrent>;
  history(): Promise<SnapshotState[]>;
  /** Whose policy judged a request that names this snapshot version; null when it is older than the history. */
  stateAt(version: number): Promise<SnapshotState | null>;
  /** `isOwn` = made for a change at this node. A listener that answers a promise is waited for where somebody asked for the snapshot. */
  onSnapshot(listener: SnapshotListener): void;
  /** Something changed: a new snapshot follows within {@link GATHER_MS}. */
  changed(cause: string, actor: Actor): void;
  /** Compiles and pushes now; resolves when the gateways of this node judge by it. */
  refresh(cause: string, actor: Actor): Promise<Snapshot>;
  /**
   * Resolves when the gateways of this node judge by every change that was made before the call; changes that come together wait for one
   * push. One that cannot be made now is not waited for: it is tried again until it is.
   */
  settled(): Promise<void>;
  /** Takes over what other nodes changed; reads one number when there is nothing. */
  follow(): Promise<void>;
}

type SnapshotListener = (snapshot: Snapshot, isOwn: boolean) => void | Promise<void>;

/** What was pushed, and when those who were told have taken it over. */
interface Pushed {
  readonly compiled: Compiled;
  readonly taken: Promise<unknown>;
}

const SYSTEM: Actor = { kind: 'system', ref: 'holdfast' };

export function createSnapshots(parts: SnapshotsParts): Snapshots {
  const listeners: SnapshotListener[] = [];
  let compiled: Compiled | null = null;
  let isClosed = false;
  // Of changes that are gathered the last one gives its name: it is the one that completed the policy.
  let latest = { cause: 'system.started', actor: SYSTEM };
  // One at a time, so that versions are pushed in the order in which they grow.
  const inTurn = createTurns();
  let taking: Promise<unknown> = Promise.resolve();

  const compileAndPush = async (origin: SnapshotOrigin): Promise<Pushed> => {
    const made = await compileSnapshot(parts, origin);
    compiled = made;
    // Not waited for here: a gateway that hangs must not keep the next version from the others.
    return {
      compiled: made,
      taken: Promise.all(listeners.map(async (listener) => listener(made.snapshot, origin.follows === null))),
    };
  };
  const compileInTurn = async (cause: string, actor: Actor): Promise<Compiled> => {
    const pushed = await inTurn(async () => compileAndPush({ cause, actor, follows: null }));
    await pushed.taken;
    return pushed.compiled;
  };
  const refresh = async (cause: string, actor: Actor): Promise<Compiled> => {
    const made = compileInTurn(cause, actor);
    // What waited to be gathered is committed already, so this compilation holds it.
    taking = made.catch(() => undefined);
    gather.take(taking);
    return made;
  };
  const followOnce = async (): Promise<void> => {
    const version = await lastVersion(tablesOf(parts.db));
    if (compiled === null || version <= compiled.snapshot.version) return;
    await compileAndPush({ cause: 'node.followed', actor: SYSTEM, follows: version });
  };
  const gather = createGather(() => {
    refresh(latest.cause, latest.actor).catch((error: unknown) => {
      parts.log.error({ err: error }, 'the snapshot could not be made; the last good one stays in force');
      if (!isClosed) gather.later(RETRY_MS);
    });
  });
  const newest = async (): Promise<Compiled> => compiled ?? refresh('system.started', SYSTEM);

  return {
    current: async () => (await newest()).snapshot,
    async show() {
      const { snapshot, state } = await newest();
      return { ...state, bypassUntil: snapshot.bypassUntil };
    },
    history: async () => readStates(tablesOf(parts.db)),
    async stateAt(version) {
      const states = await readStates(tablesOf(parts.db));
      // A state holds from its own version to the next one; versions between have the same policy.
      return states.find((state) => state.version <= version) ?? null;
    },
    onSnapshot: (listener) => void listeners.push(listener),
    changed(cause, actor) {
      latest = { cause, actor };
      if (!isClosed) gather.later(GATHER_MS);
    },
    refresh: async (cause, actor) => (await refresh(cause, actor)).snapshot,
    async settled() {
      await (gather.waiting ?? taking);
    },
    follow: async () => inTurn(followOnce),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      // A command that ends right after its change: other nodes learn of it by the version of this snapshot.
      if (gather.waiting !== null) await refresh(latest.cause, latest.actor).catch(() => undefined);
      await inTurn(async () => Promise.resolve());
    },
  };
}

/** The one stored state whose digest begins so. */
export async function findState(
  { db }: Pick<CompileParts, 'db'>,
  digest: string,
): Promise<{ readonly state: SnapshotState; readonly policy: Policy }> {
  const tables = tablesOf(db);
  const states = await readStates(tables);
  const newestOfEach = new Map(states.toReversed().map((state) => [state.digest, state]));
  const [state, ...others] = [...newestOfEach.values()].filter((one) => one.digest.startsWith(digest));
  if (state === undefined) throw new Refusal('not-found');
  if (others.length > 0)
    throw new Refusal('conflict', { errors: [{ pointer: '/digest', detail: 'more than one state begins so' }] });
  const policy = await readPolicyOf(tables, state.version);
  if (policy === null) throw new Refusal('not-found');
  return { state, policy };
}
