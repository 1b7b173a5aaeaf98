import { createStore, useStore } from '../state/store.ts';
import { here, paths } from '../state/paths.ts';
import type { Change } from './client.ts';

/** A change that waits for its person to confirm who they are, kept over the way to that page and back. */
export interface PendingChange {
  /** Which `useChange` it belongs to. */
  readonly name: string;
  /** In words, as on the button: `Invite ada`. */
  readonly label: string;
  readonly change: Change;
  readonly at: number;
}

const KEY = 'holdfast.pending-change';
/** As long as a confirmation lasts: later nobody remembers what it was about. */
const KEPT_MS = 300_000;

/** What was asked for just now and needs a confirmation; null = nothing. */
export const unconfirmed = createStore<PendingChange | null>(null);

export function goConfirm(pending: PendingChange): void {
  sessionStorage.setItem(KEY, JSON.stringify(pending));
  location.assign(paths.confirm(here()));
}

/** Read once: it is offered on the first page after the confirmation, and nowhere else. */
function takePending(nowMs: number): PendingChange | null {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return null;
  sessionStorage.removeItem(KEY);
  // Written above by this very origin.
  const pending = JSON.parse(text) as PendingChange;
  return nowMs - pending.at > KEPT_MS ? null : pending;
}

/** What somebody who comes back from the confirmation can finish; null = nothing. */
export const confirmed = createStore<PendingChange | null>(takePending(Date.now()));

/** Somebody came back and is asked whether to go on: what was open before they left does not stand in the way. */
export const useIsFinishing = (): boolean => useStore(confirmed) !== null;
