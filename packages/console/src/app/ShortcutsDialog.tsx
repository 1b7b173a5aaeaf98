import { useState } from 'react';
import { areShortcutsOn, keepShortcuts } from '../state/shortcuts.ts';
import { CheckField } from '../ui/fields/CheckField.tsx';
import { Dialog } from '../ui/overlay/Dialog.tsx';

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ['Ctrl K', 'Go to a page or a request'],
  ['/', 'The same'],
  ['j', 'Next row'],
  ['k', 'Row before'],
  ['Enter', 'Open the row'],
  ['e', 'Explain the row'],
  ['Esc', 'Close'],
  ['?', 'This list'],
];

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const [areOn, setOn] = useState(areShortcutsOn);
  const change = (isOn: boolean): void => {
    keepShortcuts(isOn);
    setOn(isOn);
  };
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="mb-4 grid grid-cols-[auto_1fr] gap-x-5 gap-y-2">
        {KEYS.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <CheckField label="Single keys do something" hint="Ctrl K works either way." isChecked={areOn} onChange={change} />
    </Dialog>
  );
}
