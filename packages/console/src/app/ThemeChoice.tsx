import { useState } from 'react';
import { keepTheme, readTheme, THEMES, type Theme } from '../state/theme.ts';
import { classes } from '../ui/classes.ts';

const WORDS: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' };

export function ThemeChoice() {
  const [chosen, choose] = useState(readTheme);
  const take = (theme: Theme): void => {
    keepTheme(theme);
    choose(theme);
  };
  return (
    <div role="group" aria-label="Colours" className="-ms-2 flex">
      {THEMES.map((theme) => (
        <button
          key={theme}
          type="button"
          aria-pressed={chosen === theme}
          className={classes('rounded-md px-2 py-1', chosen === theme ? 'bg-rail-on' : 'text-rail-soft hover:text-rail-ink')}
          onClick={() => take(theme)}
        >
          {WORDS[theme]}
        </button>
      ))}
    </div>
  );
}
