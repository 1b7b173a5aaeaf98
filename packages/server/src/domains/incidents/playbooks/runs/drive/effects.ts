import { setTimeout as wait } from 'node:timers/promises';
import { isRefusal } from '../../../../../platform/refusal.ts';
import type { CommandAt } from '../agent/agent.ts';
import { effectsOf } from '../machine/machine.ts';
import type { CommandAnswer, Effect, RunEvent, RunState, World } from '../machine/state.ts';
import type { RunParts } from '../run-parts.ts';
import { commandAt } from './command-at.ts';
import type { Held } from './saving.ts';

const WAIT_MS_FIRST = 200;
const WAIT_MS_MAX = 10_000;
/** What is not the fault of a step: it is tried again, for as long as it takes. */
const AWAY = new Set(['database-unavailable', 'audit-unavailable', 'keyring-sealed']);

export interface Effects {
  /** What the state asks for and is not under way begins. */
  start(): void;
  /** False = nothing was under way. */
  settle(): Promise<boolean>;
}

interface Going {
  readonly held: Held;
  readonly world: World;
  readonly signal: AbortSignal;
  readonly state: () => RunState;
  readonly post: (event: RunEvent) => Promise<void>;
}

/** What a run asks for outside of itself; whatever is not known to have ended is asked for again after a crash. */
export function createEffects(parts: RunParts, going: Going): Effects {
  const { signal, state, world, post } = going;
  const underWay = new Map<string, Promise<void>>();
  const untilDone = async (what: string, work: () => Promise<void>): Promise<void> => {
    for (let waitMs = WAIT_MS_FIRST; !signal.aborted; waitMs = Math.min(WAIT_MS_MAX, waitMs * 2)) {
      try {
        await work();
        return;
      } catch (error) {
        parts.log.warn({ err: error, run: going.held.id }, what);
        await pause(waitMs, signal);
      }
    }
  };
  const perform = async (effect: Effect): Promise<void> => {
    let event: RunEvent | null = null;
    await untilDone('a step of a playbook could not be done; tried again', async () => {
      // What is on its way arrives first: then it is known what there is to take back.
      if (effect.kind === 'withdraw') await underWay.get(nameOf({ ...effect, kind: 'command' }));
      parts.fault?.(`before effect ${effect.kind}`);
      event = await carryOut(parts, going, effect);
      parts.fault?.(`after effect ${effect.kind}`, `${going.held.id} ${nameOf(effect)}`);
    });
    await untilDone('a step of a playbook could not be stored; tried again', async () => {
      if (event !== null) await post(event);
    });
  };
  return {
    start() {
      if (signal.aborted) return;
      for (const effect of effectsOf(world, state())) {
        const name = nameOf(effect);
        if (!underWay.has(name))
          underWay.set(
            name,
            perform(effect).finally(() => underWay.delete(name)),
          );
      }
    },
    async settle() {
      const all = [...underWay.values()];
      await Promise.allSettled(all);
      return all.length > 0;
    },
  };
}

const nameOf = (effect: Effect): string =>
  effect.kind === 'undo' ? effect.kind : `${effect.kind} ${effect.seq} ${effect.command}`;

async function carryOut(parts: RunParts, { held, world, state }: Going, effect: Effect): Promise<RunEvent | null> {
  const { agent } = parts;
  if (effect.kind === 'undo') return { kind: 'undone', ...(await agent.undoRun(held.id, state().outcome ?? 'it failed')) };
  const { seq, command } = effect;
  if (effect.kind === 'look') {
    const answer = await agent.look(effect.action);
    return answer === null ? null : { kind: 'answered', seq, command, answer };
  }
  const at = commandAt({ held, world, state: state(), seq, command });
  if (effect.kind === 'command')
    return { kind: 'answered', seq, command, answer: await answerOf(parts, at, state().isSimulation) };
  const visit = state().visits.get(seq);
  const detail = state().isSimulation ? null : await agent.withdraw(at, visit?.action ?? null, visit?.ending ?? 'it ended');
  return { kind: 'withdrawn', seq, detail };
}

/** A refusal in words is the answer of a step; that something is away is none. */
async function answerOf({ agent, log }: RunParts, at: CommandAt, isSimulation: boolean): Promise<CommandAnswer> {
  try {
    return isSimulation ? await agent.rehearse(at) : await agent.carryOut(at);
  } catch (error) {
    if (isRefusal(error) && AWAY.has(error.code)) throw error;
    if (isRefusal(error)) {
      const words = error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ');
      return { kind: 'failed', detail: `${error.message} ${words}`.trim() };
    }
    log.error({ err: error, run: at.run }, 'a command of a playbook failed');
    return { kind: 'failed', detail: 'it failed here; the log of the server says why' };
  }
}

/** An end ends it early. */
async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(waitMs, undefined, { signal });
  } catch {
    // It ends.
  }
}
