import { useRouter } from '@tanstack/react-router';
import { useId, useState, type KeyboardEvent } from 'react';
import { useMe } from '../../api/queries.ts';
import { classes } from '../../ui/classes.ts';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { findTargets } from './find-targets.ts';

/** Ctrl-K: a page by its name or what it is about, or a request by the number from a block page. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const { may } = useMe();
  const [text, type] = useState('');
  const [at, move] = useState(0);
  const id = useId();
  const targets = findTargets(text, may);
  const go = (to: string): void => {
    onClose();
    router.history.push(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') move(Math.min(at + 1, targets.length - 1));
    else if (event.key === 'ArrowUp') move(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && targets[at] !== undefined) go(targets[at].to);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        // The dialog exists to be typed into.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        type="text"
        role="combobox"
        aria-label="A page, or the number of a request"
        aria-expanded={targets.length > 0}
        aria-controls={`${id}-list`}
        {...(targets[at] === undefined ? {} : { 'aria-activedescendant': `${id}-${at}` })}
        placeholder="A page, or the number of a request"
        autoComplete="off"
        spellCheck={false}
        className="field"
        value={text}
        onKeyDown={onKey}
        onChange={(event) => {
          type(event.target.value);
          move(0);
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label="Found" className="mt-3 max-h-80 overflow-y-auto">
        {targets.map(({ to, title, hint }, index) => (
          // The keys are those of the field above, which keeps the focus (WAI-ARIA APG, combobox).
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={to}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={classes('flex cursor-pointer justify-between gap-4 rounded-md px-3 py-2', index === at && 'bg-tint')}
            onClick={() => go(to)}
            onPointerMove={() => move(index)}
          >
            <span className="font-medium">{title}</span>
            <span className="text-soft">{hint}</span>
          </li>
        ))}
      </ul>
      <p role="status" className={targets.length === 0 ? 'px-3 py-2 text-soft' : 'sr-only'}>
        {targets.length === 0 ? 'Nothing by that name.' : `${targets.length} found`}
      </p>
    </Dialog>
  );
}
