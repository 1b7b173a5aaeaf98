import type { Actor } from '../../../../applications/index.ts';
import { advance } from '../machine/machine.ts';
import type { RunEvent, RunState, World } from '../machine/state.ts';
import type { RunParts } from '../run-parts.ts';
import { createEffects } from './effects.ts';
import { saveRun, type Held } from './saving.ts';

export interface Driver {
  readonly held: Held;
  readonly world: World;
  state(): RunState;
  /** Resolves when it is stored; false = the run is not ours any more. */
  post(event: RunEvent, by?: Actor): Promise<boolean>;
  /** Looks again at what it waits for. */
  wake(): void;
  /** Nothing is under way, and nothing more comes by itself. */
  settle(): Promise<void>;
  /** Goes no further; what is under way is done again by whoever goes on. */
  stop(): Promise<void>;
}

export interface DriverOptions {
  readonly held: Held;
  readonly world: World;
  readonly state: RunState;
  /** It was stored; `isOver` = it ended, or somebody else goes on with it. */
  readonly onSaved: (isOver: boolean) => void;
}

/** Goes on with one run: one change after the other, each stored before what it leads to begins. */
export function createDriver(parts: RunParts, { held, world, state: opened, onSaved }: DriverOptions): Driver {
  const ending = new AbortController();
  const { signal } = ending;
  let state = opened;
  let turn: Promise<unknown> = Promise.resolve();

  const store = async (event: RunEvent, by: Actor | null): Promise<boolean> => {
    if (signal.aborted) return false;
    const { state: after, changed } = advance(world, state, { event, now: parts.clock.now() });
    if (changed.length === 0 && after.phase === state.phase && after.cancel === state.cancel) return true;
    parts.fault?.(`before ${event.kind}`);
    const isMine = await saveRun(parts, { held, before: state, after, changed, by });
    parts.fault?.(`after ${event.kind}`);
    if (isMine) state = after;
    const isOver = !isMine || (after.phase !== 'running' && after.phase !== 'undoing');
    if (isOver) ending.abort();
    onSaved(isOver);
    if (!isOver) effects.start();
    return isMine;
  };
  const post = async (event: RunEvent, by: Actor | null = null): Promise<boolean> => {
    const mine = turn.then(async () => store(event, by));
    turn = mine.catch(() => undefined);
    return mine;
  };
  const effects = createEffects(parts, {
    held,
    world,
    signal,
    state: () => state,
    post: async (event) => void (await post(event)),
  });
  return {
    held,
    world,
    state: () => state,
    post: async (event, by) => post(event, by),
    wake: () => effects.start(),
    async settle() {
      do await turn;
      while (await effects.settle());
    },
    async stop() {
      ending.abort();
      await turn;
    },
  };
}
