import { useEffect, useState } from 'react';

/** Counts changes between light and dark: what was drawn with colours of before is drawn anew. */
export function useThemeChanges(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const bump = (): void => setCount((before) => before + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    const choice = new MutationObserver(bump);
    system.addEventListener('change', bump);
    choice.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      system.removeEventListener('change', bump);
      choice.disconnect();
    };
  }, []);
  return count;
}
