import { keyringEvents, type RewrapView } from '@holdfast/contract';
import { setImmediate as pause } from 'node:timers/promises';
import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock.ts';
import { faultPoint } from '../../fault-point.ts';
import type { Log } from '../../log.ts';
import { UnopenedError } from '../areas/table-area.ts';
import type { SealedAreas } from '../areas/sealed-areas.ts';
import type { Keyring } from '../keyring.ts';
import type { SealedArea } from '../sealed-area.ts';

/** One statement and some milliseconds of work. */
const BATCH = 500;
const FAULTS_MAX = 10;

const IDLE: RewrapView = { state: 'idle', startedAt: null, endedAt: null, area: null, done: 0, total: 0, faults: [] };

export interface RewrapParts {
  readonly keyring: Pick<Keyring, 'ring'>;
  readonly areas: SealedAreas;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly log: Log;
  /** Everything is sealed with the active keys as far as it opens: so many were sealed anew. */
  readonly onDone: (items: number) => Promise<void>;
}

/** Seals everything anew that is not sealed with the active key of its purpose. What is done is done: it can be cut off anywhere. */
export interface Rewrap {
  view(): RewrapView;
  /** Starts it unless it runs. */
  start(): RewrapView;
  /** Resolves when it does not run. */
  settle(): Promise<void>;
  /** After the batch that it is at. */
  stop(): Promise<void>;
}

export const targetOf = (keyring: Pick<Keyring, 'ring'>, { purpose = 'data' }: SealedArea): string =>
  keyring.ring.activeId(purpose);

/** How many are not sealed with the active key. */
export async function countBehind(keyring: Pick<Keyring, 'ring'>, area: SealedArea): Promise<number> {
  const target = targetOf(keyring, area);
  let behind = 0;
  for (const [key, items] of await area.count()) if (key !== target) behind += items;
  return behind;
}

export function createRewrap(parts: RewrapParts): Rewrap {
  const { keyring, areas, clock, bus, log } = parts;
  let view: RewrapView = IDLE;
  let running: Promise<void> | null = null;
  let isStopping = false;
  let recorded = '';

  const resealOne = async (area: SealedArea): Promise<void> => {
    for (;;) {
      // A key that becomes active meanwhile is the one that counts.
      const done = await area.reseal(targetOf(keyring, area), BATCH);
      if (done === 0 || isStopping) return;
      view = { ...view, done: view.done + done };
      faultPoint('keyring:rewrap:batch');
      await pause();
    }
  };
  const fault = (area: SealedArea, error: unknown): void => {
    log.error({ err: error, area: area.name }, 'something that is sealed could not be sealed anew');
    const places = error instanceof UnopenedError ? error.places : ['could not be read or written'];
    const faults = places.map((place) => `${area.name}: ${place}`.slice(0, 256));
    view = { ...view, faults: [...view.faults, ...faults].slice(0, FAULTS_MAX) };
  };
  const run = async (): Promise<void> => {
    for (const area of areas.list()) view = { ...view, total: view.total + (await countBehind(keyring, area)) };
    for (const area of areas.list()) {
      view = { ...view, area: area.name };
      if (isStopping) return;
      await resealOne(area).catch((error: unknown) => fault(area, error));
    }
    if (isStopping) return;
    if (view.faults.length === 0) return parts.onDone(view.done);
    // Tried again each minute; the same faults are one record.
    const told = JSON.stringify(view.faults);
    if (told === recorded) return;
    recorded = told;
    const payload = { items: view.done, faults: [...view.faults] };
    await bus.record(bus.newEvent(keyringEvents.rewrapFailed, { payload, outcome: 'failed' }));
  };
  const begin = async (): Promise<void> => {
    try {
      await run();
    } catch (error) {
      log.error({ err: error }, 'the change to the active keys was cut off; it goes on later');
      view = { ...view, faults: [...view.faults, 'cut off: see the log'].slice(0, FAULTS_MAX) };
    }
    const state = view.faults.length > 0 ? 'failed' : isStopping ? 'idle' : 'done';
    view = { ...view, state, area: null, endedAt: clock.now() };
    running = null;
  };
  return {
    view: () => view,
    start() {
      if (running !== null) return view;
      view = { ...IDLE, state: 'running', startedAt: clock.now() };
      running = begin();
      return view;
    },
    settle: async () => running ?? Promise.resolve(),
    async stop() {
      isStopping = true;
      await running;
    },
  };
}
