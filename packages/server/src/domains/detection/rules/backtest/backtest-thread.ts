import type { EventRecord } from '@holdfast/contract';
import { parentPort, workerData } from 'node:worker_threads';
import { BacktestRun, type BacktestFound, type BacktestTexts } from './backtest-run.ts';

/** Rules tried on the past in a thread of their own: a rule that matches everything takes its time, and requests do not wait. */
export type BacktestAsk = { readonly kind: 'events'; readonly events: readonly EventRecord[] } | { readonly kind: 'finish' };
export type BacktestTold =
  | { readonly kind: 'taken'; readonly isFull: boolean }
  | { readonly kind: 'found'; readonly found: BacktestFound };

// Written by `backtest.ts`, which starts this thread.
const run = new BacktestRun(workerData as BacktestTexts);

function answer(ask: BacktestAsk): BacktestTold {
  if (ask.kind === 'finish') return { kind: 'found', found: run.finish() };
  run.take(ask.events);
  return { kind: 'taken', isFull: run.isFull };
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
parentPort?.on('message', (ask: BacktestAsk) => parentPort?.postMessage(answer(ask)));
