import type { EventView, TrafficTick } from '@holdfast/contract';
import { useEffect, useEffectEvent } from 'react';

/** What comes as it happens. Left out = not asked for. */
export interface LiveListener {
  readonly onRecord?: (event: EventView) => void;
  readonly onTick?: (tick: TrafficTick) => void;
  /** So many records were left out: what is shown should be read again. */
  readonly onGap?: (lost: number) => void;
}

const listeners = new Set<LiveListener>();
let source: EventSource | null = null;

function open(): void {
  if (source !== null || listeners.size === 0 || document.hidden) return;
  source = new EventSource('/api/v1/stream');
  // Each event holds one line of JSON of the contract's form; the server checks what it sends.
  source.addEventListener('record', ({ data }) => {
    for (const { onRecord } of listeners) onRecord?.(JSON.parse(String(data)) as EventView);
  });
  source.addEventListener('tick', ({ data }) => {
    for (const { onTick } of listeners) onTick?.(JSON.parse(String(data)) as TrafficTick);
  });
  source.addEventListener('gap', ({ data }) => {
    for (const { onGap } of listeners) onGap?.((JSON.parse(String(data)) as { lost: number }).lost);
  });
  source.addEventListener('end', close);
}

function close(): void {
  source?.close();
  source = null;
}

// HTTP/1.1 gives a browser six connections to this listener: a tab that nobody looks at holds none of them.
document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));

/** One stream for all of this tab, open while something listens and the tab is looked at. */
export function useLive(given: LiveListener, isOn = true): void {
  const onRecord = useEffectEvent((event: EventView) => given.onRecord?.(event));
  const onTick = useEffectEvent((tick: TrafficTick) => given.onTick?.(tick));
  const onGap = useEffectEvent((lost: number) => given.onGap?.(lost));
  useEffect(() => {
    if (!isOn) return;
    const listener: LiveListener = {
      onRecord: (event) => onRecord(event),
      onTick: (tick) => onTick(tick),
      onGap: (lost) => onGap(lost),
    };
    listeners.add(listener);
    open();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) close();
    };
  }, [isOn]);
}
