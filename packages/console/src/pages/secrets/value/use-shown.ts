import { useEffect, useState } from 'react';

/** How long a value is shown: to copy it, not to work beside it. */
export const SHOWN_SECONDS = 30;

interface Shown<Value> {
  readonly value: Value;
  readonly until: number;
}

/**
 * A value that is forgotten after half a minute, when somebody looks at another tab, and with the page. It is in no cache and in
 * no address: only in this one state.
 */
export function useShown<Value>() {
  const [shown, keep] = useState<Shown<Value> | null>(null);
  const [secondsLeft, count] = useState(SHOWN_SECONDS);
  useEffect(() => {
    if (shown === null) return;
    const hide = (): void => keep(null);
    const tick = (): void => {
      const left = Math.ceil((shown.until - Date.now()) / 1000);
      if (left <= 0) hide();
      else count(left);
    };
    const onVisibility = (): void => {
      if (document.hidden) hide();
    };
    const timer = setInterval(tick, 500);
    document.addEventListener('visibilitychange', onVisibility);
    // A page that the browser keeps for the way back must not keep it.
    addEventListener('pagehide', hide);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisibility);
      removeEventListener('pagehide', hide);
    };
  }, [shown]);
  const show = (value: Value): void => {
    count(SHOWN_SECONDS);
    keep({ value, until: Date.now() + SHOWN_SECONDS * 1000 });
  };
  return { value: shown?.value ?? null, secondsLeft, show, hide: () => keep(null) };
}
