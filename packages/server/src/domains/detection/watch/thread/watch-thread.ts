import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ALL_BEHAVIOURS } from '../../behaviours/all.ts';
import { openPlaces, type Places } from '../../../../platform/geo/places.ts';
import { Engine } from '../engine/engine.ts';
import { exemptionOf } from '../engine/exemption.ts';
import { PlacesWhenNeeded } from './places-when-needed.ts';
import type { FromThread, ThreadAnswer, ThreadData, ToThread } from './protocol.ts';
import { openState, sealState } from './state-seal.ts';

const TICK_MS = 1000;
/** Faults of one detector that are told within a minute. */
const FAULTS_MAX = 5;
const FAULTS_EVERY_MS = 60_000;
const DETAIL_MAX = 300;

const tell = (message: FromThread): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
  parentPort?.postMessage(message);
};

const told = new Map<string, number>();

function fault(detector: string, cause: unknown): void {
  const before = told.get(detector) ?? 0;
  told.set(detector, before + 1);
  const detail = (cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)).slice(0, DETAIL_MAX);
  if (before < FAULTS_MAX) tell({ kind: 'fault', detector, detail });
}

/** A database that was named and cannot be read leaves the countries, and is told. */
async function openAllPlaces(): Promise<Places> {
  // `ThreadLink` gives it.
  const { cityFile } = workerData as ThreadData;
  try {
    return await openPlaces({ cityFile });
  } catch (error) {
    fault('watch.geo.cityFile', error);
    return openPlaces({});
  }
}

const places = new PlacesWhenNeeded(openAllPlaces);
// `ThreadLink` gives it.
const isExempt = exemptionOf((workerData as ThreadData).exempt);
const engine = new Engine({ definitions: ALL_BEHAVIOURS, places, now: Date.now, isExempt, onFault: fault });
setInterval(() => told.clear(), FAULTS_EVERY_MS).unref();
setInterval(() => {
  const detections = engine.tick();
  const [hits, folded] = [engine.takeHits(), engine.takeDropped()];
  if (detections.length > 0 || hits.length > 0 || folded > 0) tell({ kind: 'ticked', detections, hits, folded });
}, TICK_MS);

async function setRules({ texts }: Extract<ToThread, { kind: 'rules' }>): Promise<ThreadAnswer> {
  const began = performance.now();
  const { rules, diagnostics } = await engine
    .setRules(texts, async () => nextTurn())
    .catch((error: unknown) => {
      fault('rules', error);
      return { rules: null, diagnostics: [] };
    });
  const roles = [...(rules?.roles ?? []), ...(rules?.correlationRoles ?? [])];
  const count = (wanted: string): number => roles.filter((role) => role === wanted).length;
  const tookMs = Math.round(performance.now() - began);
  return { kind: 'rules', digest: rules?.digest ?? null, rules: { on: count('on'), test: count('test') }, tookMs, diagnostics };
}

/** Text has a greatest length, and a memory can be larger: then nothing is kept. */
function save(key: Uint8Array): Uint8Array | null {
  try {
    return sealState(engine.save(), key);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

async function answer(asked: Extract<ToThread, { readonly id: number }>): Promise<ThreadAnswer> {
  switch (asked.kind) {
    case 'ping':
      return { kind: 'pong' };
    case 'figures':
      return { kind: 'figures', figures: engine.figures() };
    case 'sources':
      return { kind: 'sources', sources: engine.sources(asked.query) };
    case 'rules':
      return setRules(asked);
    case 'save':
      return { kind: 'saved', sealed: save(asked.key) };
    case 'load':
      break;
  }
  const state = openState(asked.sealed, asked.key);
  if (state !== null) engine.load(state);
  return { kind: 'loaded', isWhole: state !== null };
}

/** Sets of rules one after the other: the one that was given last is in force at the end. */
let compiling: Promise<unknown> = Promise.resolve();

function receive(message: ToThread): void {
  switch (message.kind) {
    case 'events':
      places.whenReadyFor(message.events, () => {
        tell({ kind: 'judged', batch: message.batch, ...engine.observe(message.events) });
      });
      return;
    case 'behaviours':
      engine.setBehaviours(message.settings, message.bulk);
      return;
    case 'rules':
      compiling = compiling.then(async () => tell({ kind: 'answer', id: message.id, answer: await answer(message) }));
      return;
    case 'figures':
    case 'sources':
    case 'ping':
    case 'save':
    case 'load':
      break;
  }
  void answer(message).then((given) => tell({ kind: 'answer', id: message.id, answer: given }));
}

parentPort?.on('message', receive);
tell({ kind: 'ready' });
