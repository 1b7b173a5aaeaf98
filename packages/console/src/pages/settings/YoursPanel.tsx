import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { areShortcutsOn, keepShortcuts } from '../../state/shortcuts.ts';
import { keepTheme, readTheme, THEMES } from '../../state/theme.ts';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';

const LABELS = { system: 'As the machine', light: 'Light', dark: 'Dark' } as const;

/** Kept in this browser only, but for the account. */
export function YoursPanel() {
  const { me } = useMe();
  const [theme, setTheme] = useState(readTheme);
  const [hasKeys, setKeys] = useState(areShortcutsOn);
  const take = (word: string): void => {
    const next = THEMES.find((each) => each === word) ?? 'system';
    keepTheme(next);
    setTheme(next);
  };
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Panel title="You">
        <KeyValues
          items={[
            ['Signed in as', me.name ?? me.ref],
            ['Role', me.role ?? 'none'],
            ['Session ends', me.session === null ? '' : <Time key="ends" at={me.session.expiresAt} isRelative />],
          ]}
        />
        <p className="mt-4">
          {/* Pages of the listener itself: they work without script, and without this console. */}
          <a className="link" href={paths.account()}>
            Password, second factors, devices and sessions
          </a>
        </p>
      </Panel>
      <Panel title="This browser">
        <div className="flex flex-col gap-4">
          <SelectField
            label="Colours"
            value={theme}
            onChange={take}
            choices={THEMES.map((value) => ({ value, label: LABELS[value] }))}
          />
          <CheckField
            label="Single keys do something"
            hint="j, k, e, / and ?. Ctrl K works either way."
            isChecked={hasKeys}
            onChange={(isOn) => {
              keepShortcuts(isOn);
              setKeys(isOn);
            }}
          />
        </div>
      </Panel>
    </div>
  );
}
