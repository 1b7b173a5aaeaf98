import { useEffect, useId, useState, type ReactNode } from 'react';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../Button.tsx';
import { classes } from '../classes.ts';
import type { Choice } from './SelectField.tsx';

/** How long after the last key a filter is applied. */
const PAUSE_MS = 350;

/** Filters above a list; each writes one key of the address. */
export function FilterBar({ keys, children }: { readonly keys: readonly string[]; readonly children: ReactNode }) {
  const { search, set } = useSearchState();
  const isFiltered = keys.some((key) => search[key] !== undefined);
  const [isOpen, open] = useState(isFiltered);
  const id = useId();
  return (
    <search className="flex flex-wrap items-end gap-3 px-4 py-3">
      {/* On a narrow screen the list comes first. */}
      <Button className="w-full sm:hidden" aria-expanded={isOpen} aria-controls={id} onClick={() => open(!isOpen)}>
        {isOpen ? 'Hide the filters' : 'Filter'}
      </Button>
      <div
        id={id}
        className={classes('w-full flex-wrap items-end gap-3 sm:flex sm:w-auto sm:flex-1', isOpen ? 'flex' : 'hidden')}
      >
        {children}
      </div>
      {isFiltered && (
        <Button look="quiet" onClick={() => set(Object.fromEntries(keys.map((key) => [key, null])))}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

interface FilterSelectProps {
  readonly name: string;
  readonly label: string;
  /** Without the one for everything. */
  readonly choices: readonly Choice[];
  readonly all?: string;
}

export function FilterSelect({ name, label, choices, all = 'All' }: FilterSelectProps) {
  const { search, set } = useSearchState();
  const id = useId();
  return (
    <div className="min-w-32 flex-1 sm:max-w-52">
      <label htmlFor={id} className="mb-0.5 block text-[0.8125rem] text-soft">
        {label}
      </label>
      <select id={id} className="field" value={search[name] ?? ''} onChange={(event) => set({ [name]: event.target.value })}>
        <option value="">{all}</option>
        {choices.map(({ value, label: words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

interface FilterTextProps {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
}

export function FilterText({ name, label, placeholder }: FilterTextProps) {
  const { search, set } = useSearchState();
  const applied = search[name] ?? '';
  const [{ typed, seen, sent }, keep] = useState({ typed: applied, seen: applied, sent: applied });
  const id = useId();
  // A link or the button that clears all changes the field too; an own filter that arrives late does not.
  if (applied !== seen) keep({ typed: applied === sent ? typed : applied, seen: applied, sent: applied });
  const wanted = typed.trim();
  useEffect(() => {
    if (wanted === applied || wanted === sent) return;
    const timer = setTimeout(() => {
      keep((before) => ({ ...before, sent: wanted }));
      set({ [name]: wanted });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted, applied, sent, name, set]);
  const type = (text: string): void => keep((before) => ({ ...before, typed: text }));
  return (
    <div className="min-w-40 flex-[2] sm:max-w-80">
      <label htmlFor={id} className="mb-0.5 block text-[0.8125rem] text-soft">
        {label}
      </label>
      <input
        id={id}
        type="search"
        className="field"
        value={typed}
        placeholder={placeholder}
        onChange={(event) => type(event.target.value)}
      />
    </div>
  );
}
