import { createStore } from '../../state/store.ts';

export interface Toast {
  readonly text: string;
  readonly isFault?: boolean;
  readonly undo?: () => Promise<unknown>;
}
export interface ShownToast extends Toast {
  readonly id: number;
}

const SHOWN_MAX = 3;
let count = 0;

export const toasts = createStore<readonly ShownToast[]>([]);

export function toast(given: Toast): void {
  count += 1;
  toasts.set([...toasts.get(), { ...given, id: count }].slice(-SHOWN_MAX));
}

export const dismiss = (id: number): void => toasts.set(toasts.get().filter((each) => each.id !== id));
