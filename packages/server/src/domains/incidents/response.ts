import type { AlertDetail, EventRecord } from '@holdfast/contract';
import type { SealedArea } from '../../platform/keyring/sealed-area.ts';
import type { Actions } from './actions/actions.ts';
import { createActions } from './actions/create-actions.ts';
import { createRecentTraffic } from './traffic/create-traffic.ts';
import { createActionKinds } from './actions/kinds/all.ts';
import { createBoard } from './isolation/create-board.ts';
import { openExercises } from './exercises/open-exercises.ts';
import { openClocks } from './clocks/open-clocks.ts';
import { openCases } from './cases/open-cases.ts';
import { readShipped } from './playbooks/shipped.ts';
import { createPlaybooks } from './playbooks/stored-playbooks.ts';
import { openRuns } from './playbooks/runs/open-runs.ts';
import { createRecovery } from './recovery/create-recovery.ts';
import { openForFailedDrills } from './recovery/failed-drills.ts';
import type { ResponseParts } from './response-parts.ts';
import type { ResponseRooms } from './response-rooms.ts';
import { tellIncidents } from './telling/tell-incidents.ts';

/** What has a time of its own ends within a second of it. */
const TICK_MS = 1000;

/** What is done when something was found: incidents, actions, playbooks, isolation, recovery and the clocks of the law. */
export interface Response extends AsyncDisposable {
  /** Every event of a gateway and every record, each once. Never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  start(): Promise<void>;
  readonly rooms: Readonly<ResponseRooms>;
  /** What it seals. */
  readonly sealed: readonly SealedArea[];
}

export function createResponse(parts: ResponseParts): Response {
  const { detection } = parts;
  const rooms: ResponseRooms = {};
  rooms.traffic = createRecentTraffic(parts);
  rooms.board = createBoard(parts, rooms);
  rooms.actions = openActions(parts, rooms);
  rooms.clocks = openClocks(parts, rooms);
  const cases = openCases(parts, rooms);
  if (cases !== null) rooms.cases = cases;
  rooms.playbooks = createPlaybooks({
    ...parts,
    shipped: readShipped,
    isSignatureRequired: parts.playbooks.signatures === 'required',
  });
  const { channels } = detection.rooms;
  tellIncidents({ ...parts, cases: () => rooms.cases, actions: () => rooms.actions, channels: () => channels });
  rooms.runs = openRuns(parts, rooms);
  rooms.exercises = openExercises(parts, rooms);
  openForFailedDrills({ ...parts, cases: () => rooms.cases });
  const sealed = openRecovery(parts, rooms);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    // Never two at a time; what is sealed cannot be read.
    if (looking !== null || parts.keyring.isSealed) return;
    looking = tick(rooms).catch((error: unknown) => parts.log.warn({ err: error }, 'what is due could not be done; tried later'));
    await looking;
    looking = null;
  };
  detection.rooms.alerts?.onTold((alert: AlertDetail) => {
    rooms.cases?.take(alert);
    rooms.runs?.onAlert(alert);
  });
  return {
    observe(events) {
      rooms.traffic?.observe(events);
      rooms.cases?.observe(events);
      rooms.board?.observe(events);
    },
    async start() {
      await rooms.playbooks?.start();
      // Actions first: a playbook that goes on asks how its own ended.
      await rooms.actions?.resume();
      await rooms.runs?.resume();
      await rooms.exercises?.resume();
      timer = setInterval(() => void look(), TICK_MS).unref();
    },
    rooms,
    sealed,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
      await rooms.exercises?.[Symbol.asyncDispose]();
      await rooms.clocks?.[Symbol.asyncDispose]();
      await rooms.runs?.[Symbol.asyncDispose]();
      await rooms.board?.[Symbol.asyncDispose]();
      await rooms.actions?.[Symbol.asyncDispose]();
      await rooms.cases?.[Symbol.asyncDispose]();
      await rooms.recovery?.[Symbol.asyncDispose]();
    },
  };
}

function openActions(parts: ResponseParts, rooms: ResponseRooms): Actions {
  const kinds = createActionKinds(parts, rooms);
  const behindToken = async (id: string): Promise<string | null> => (await parts.identity.findToken(id))?.createdBy ?? null;
  const actions = createActions({ ...parts, kinds: () => kinds, behindToken });
  actions.onChanged((action) => rooms.runs?.onAction(action));
  return actions;
}

/** What it seals lies in files, so it is an area that only the one who opened it knows. */
function openRecovery(parts: ResponseParts, rooms: ResponseRooms): readonly SealedArea[] {
  if (parts.recovery === undefined) return [];
  const { recovery, sealed } = createRecovery({ ...parts, ports: parts.recovery });
  rooms.recovery = recovery;
  return [sealed];
}

/** One after the other: each does what is due, and no more than it can in a moment. */
async function tick(rooms: ResponseRooms): Promise<void> {
  await rooms.actions?.tick();
  await rooms.runs?.tick();
  await rooms.cases?.tick();
  await rooms.exercises?.tick();
  await rooms.clocks?.tick();
  await rooms.recovery?.tick();
}
