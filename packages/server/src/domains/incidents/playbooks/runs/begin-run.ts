import { playbookEvents, type PlaybookView, type RunInput } from '@holdfast/contract';
import { Refusal, type FieldFault } from '../../../../platform/refusal.ts';
import { actorName, type Actor } from '../../../applications/index.ts';
import type { Playbook } from '../documents/playbook.ts';
import { whyNotOfType } from '../documents/values.ts';
import type { Loaded } from '../playbooks.ts';
import type { Held } from './drive/saving.ts';
import { newRun } from './machine/machine.ts';
import { DEPTH_MAX, type RunState, type World } from './machine/state.ts';
import type { RunParts } from './run-parts.ts';
import { insertRun } from './store/run-store.ts';
import type { RunTables } from './store/tables.ts';

/** Playbooks that one may reach through others. */
const CALLED_MAX = 64;

export interface Beginning {
  readonly playbook: string;
  readonly input: RunInput;
  readonly actor: Actor;
  /** What is known of the incident, under the names that playbooks ask for. */
  readonly known: ReadonlyMap<string, string>;
  /** What begins it by itself; null = somebody does. */
  readonly trigger: string | null;
  /** Null = it waits for its turn. */
  readonly heldUntil: number | null;
}

export interface Begun {
  readonly held: Held;
  readonly world: World;
  readonly state: RunState;
}

/** Null = it began for the same thing already. */
export async function beginRun(parts: RunParts, beginning: Beginning): Promise<Begun | null> {
  const { playbook: id, input, actor } = beginning;
  const { playbook, view, whyNot, world } = await loadWorld(parts, id);
  if (whyNot !== null && !input.simulate) throw new Refusal('conflict', { errors: [{ pointer: '', detail: whyNot }] });
  const state = newRun(playbook, { variables: variablesOf(playbook, beginning), isSimulation: input.simulate });
  const held: Held = {
    id: parts.newId(),
    playbook: id,
    incident: input.incident,
    actor,
    reason: input.reason,
    fence: 1,
  };
  const isNew = await store(parts, { beginning, held, view, world, state });
  return isNew ? { held, world, state } : null;
}

/** The playbook and those that it may call, as they are now. */
async function loadWorld(parts: RunParts, id: string): Promise<Loaded & { readonly world: World }> {
  const store = parts.playbooks();
  if (store === undefined) throw new Refusal('not-found');
  const first = await store.load(id);
  const playbooks = new Map([[id, first.playbook]]);
  let calling = [first.playbook];
  for (let depth = 1; depth < DEPTH_MAX && calling.length > 0; depth += 1) {
    const called = new Set(calling.flatMap(calledBy).filter((one) => !playbooks.has(one)));
    calling = [];
    for (const one of called) {
      if (playbooks.size >= CALLED_MAX) break;
      const loaded = await store.load(one).catch((error: unknown) => {
        // A step that calls it fails with words; others may never come there.
        if (error instanceof Refusal && error.code === 'not-found') return null;
        throw error;
      });
      if (loaded === null || loaded.whyNot !== null) continue;
      playbooks.set(one, loaded.playbook);
      calling.push(loaded.playbook);
    }
  }
  return { ...first, world: { playbooks } };
}

const calledBy = ({ steps }: Playbook): string[] =>
  [...steps.values()].flatMap((step) => (step.type === 'playbook-action' ? [step.playbook] : []));

/** What is given by name, and else what the incident says; an external variable without a value has to be given. */
function variablesOf(playbook: Playbook, { input, known }: Beginning): Map<string, string> {
  const given = new Map(Object.entries(input.variables));
  const faults: FieldFault[] = [];
  const externals = new Map(playbook.variables.filter(({ isExternal }) => isExternal).map((one) => [one.name, one]));
  for (const [name, value] of given) {
    const variable = externals.get(name);
    const fault = variable === undefined ? 'this playbook takes no such variable' : whyNotOfType(variable.type, value);
    if (fault !== null) faults.push({ pointer: `/variables/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail: fault });
  }
  const variables = new Map(given);
  for (const { name, value } of externals.values()) {
    const found = known.get(name);
    if (!variables.has(name) && found !== undefined) variables.set(name, found);
    // A simulation shows the way also where not everything is known.
    if (!variables.has(name) && value === null && !input.simulate)
      faults.push({ pointer: `/variables/${name}`, detail: 'this has to be given: the playbook asks for it from outside' });
  }
  if (faults.length > 0) throw new Refusal('input-invalid', { errors: faults.slice(0, 50) });
  return variables;
}

interface Stored extends Begun {
  readonly beginning: Beginning;
  readonly view: PlaybookView;
}

async function store(parts: RunParts, { beginning, held, view, world, state }: Stored): Promise<boolean> {
  const { db, bus, clock, seal } = parts;
  const { heldUntil, trigger } = beginning;
  const { id, playbook, incident, actor, reason } = held;
  const documents = [...world.playbooks.values()].map(({ document }) => document);
  return db.transaction(async (transaction) => {
    const isNew = await insertRun(transaction.kysely.withTables<RunTables>(), {
      id,
      playbook,
      name: view.name,
      digest: view.digest,
      incident,
      is_simulation: state.isSimulation,
      state: 'running',
      started_at: clock.now(),
      started_by: actorName(actor),
      actor,
      ended_at: null,
      trigger_key: trigger,
      waiting: 0,
      revision: 1,
      holder: heldUntil === null ? null : parts.node,
      held_until: heldUntil ?? 0,
      fence: held.fence,
      memory: seal.memory(id, { state, reason }),
      documents: seal.documents(id, documents),
    });
    if (!isNew) return false;
    const payload = { run: id, playbook, digest: view.digest, incident, simulation: state.isSimulation };
    await bus.publish(transaction, [bus.newEvent(playbookEvents.started, { actor, target: incident ?? id, reason, payload })]);
    return true;
  });
}
