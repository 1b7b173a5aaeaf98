import type { KeyringView } from '@holdfast/contract';
import { Badge } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';

/** The one key that is not in the keyring: it wraps all others. */
export function RootPanel({ ring: { root } }: { readonly ring: KeyringView }) {
  return (
    <Panel title="Root key" action={<CopyAsCli words={['key', 'status']} />}>
      <KeyValues
        items={[
          ['Comes from', root.provider],
          [
            'State',
            <Badge key="state" tone={root.sealed ? 'stop' : 'ok'}>
              {root.sealed ? 'sealed' : 'open'}
            </Badge>,
          ],
          ['Changed', root.changedAt === null ? 'never' : <Time key="changed" at={root.changedAt} isRelative />],
          ['Id', <code key="id">{root.id}</code>],
        ]}
      />
      <p className="mt-3 text-[0.8125rem] text-soft">
        No backup holds it: keep a copy of your own in another place. Without it nothing that is stored opens again.
      </p>
    </Panel>
  );
}
