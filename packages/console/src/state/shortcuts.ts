const KEY = 'holdfast.shortcuts';

/** Single keys can be switched off: whoever speaks to the machine triggers them by accident (WCAG 2.2 §2.1.4). */
export const areShortcutsOn = (): boolean => localStorage.getItem(KEY) !== 'off';
export const keepShortcuts = (isOn: boolean): void => localStorage.setItem(KEY, isOn ? 'on' : 'off');

/** In a field a letter is a letter; in a dialog the list behind it is out of reach. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const { target } = event;
  if (document.querySelector('dialog[open]') !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
