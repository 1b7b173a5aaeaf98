import { useEffect } from 'react';
import { areShortcutsOn, isTyping } from '../state/shortcuts.ts';

interface GlobalKeys {
  readonly onPalette: () => void;
  readonly onHelp: () => void;
}

/** Ctrl-K or ⌘K from anywhere; `/` and `?` where nobody types. */
export function useGlobalKeys({ onPalette, onHelp }: GlobalKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isChord = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
      const isSingle = areShortcutsOn() && !isTyping(event);
      if (isChord || (isSingle && event.key === '/')) onPalette();
      else if (isSingle && event.key === '?') onHelp();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}
