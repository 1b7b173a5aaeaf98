import { useRouter } from '@tanstack/react-router';
import { useEffect, type RefObject } from 'react';
import { areShortcutsOn, isTyping } from '../state/shortcuts.ts';

/** j and k move through the rows of a list, e explains the row that has the focus. Enter is the link's own. */
export function useRowKeys(table: RefObject<HTMLElement | null>, explainOf: (index: number) => string | null): void {
  const router = useRouter();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!areShortcutsOn() || isTyping(event) || table.current === null) return;
      const rows = [...table.current.querySelectorAll<HTMLElement>('[data-row]')];
      const at = rows.findIndex((row) => row === document.activeElement);
      if (event.key === 'j') rows[Math.min(at + 1, rows.length - 1)]?.focus();
      else if (event.key === 'k') rows[Math.max(at - 1, 0)]?.focus();
      else if (event.key === 'e') {
        const to = at === -1 ? null : explainOf(at);
        if (to !== null) router.history.push(to);
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}
