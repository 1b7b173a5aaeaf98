import type { KeyringView, KeyView } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCount, formatCountOf, formatShare } from '../../state/format.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Bar } from '../../ui/Bar.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { DestroyKeyDialog } from './DestroyKeyDialog.tsx';
import { daysOld, nonceShare, PURPOSE_WORDS, STATE_TONES, STATE_WORDS } from './words.ts';

/** Worth a look long before the key replaces itself. */
const NONCES_WATCH = 0.8;

function columnsOf(ring: KeyringView): readonly Column<KeyView>[] {
  return [
    { head: 'Key', cell: ({ id }) => <code>{id}</code> },
    { head: 'Seals', cell: ({ purpose }) => PURPOSE_WORDS[purpose] },
    { head: 'Version', cell: ({ version }) => version, isNumber: true },
    {
      head: 'State',
      cell: ({ state }) => (
        <span title={STATE_WORDS[state]}>
          <Badge tone={STATE_TONES[state]}>{state}</Badge>
        </span>
      ),
    },
    { head: 'Age', cell: (key) => <Age of={key} />, isNumber: true },
    { head: 'Under it', cell: ({ items }) => (items === null ? 'not counted' : formatCount(items)), isNumber: true },
    {
      head: 'Nonces used',
      cell: (key) => {
        const share = nonceShare(key, ring);
        return (
          <span className="block min-w-20">
            {formatShare(share)}
            <Bar share={share} tone={share > NONCES_WATCH ? 'watch' : 'ok'} className="mt-1 max-w-32" />
          </span>
        );
      },
    },
    { head: 'Also at', cell: ({ heldBy }) => (heldBy.length === 0 ? 'no other node' : heldBy.join(', ')) },
  ];
}

function Age({ of }: { readonly of: KeyView }) {
  return formatCountOf(daysOld(of, useNow()), 'day');
}

export function KeysPanel({ ring }: { readonly ring: KeyringView }) {
  const { may } = useMe();
  const destroy: Column<KeyView> = { head: 'Destroy', cell: (key) => <DestroyButton of={key} /> };
  const isOffered = may('key:write') && ring.keys.some(({ state }) => state === 'retired');
  return (
    <Panel title="Keys of the ring" isFlush>
      <DataTable
        caption="Keys of the ring"
        rows={[...ring.keys].toReversed()}
        keyOf={({ id }) => id}
        columns={isOffered ? [...columnsOf(ring), destroy] : columnsOf(ring)}
        empty={<p className="px-4 pb-4 text-soft">There is none.</p>}
      />
      <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-soft">
        A key is replaced by itself before it has used {formatCount(ring.noncesMax)} nonces.
      </p>
    </Panel>
  );
}

/** Offered for a key that nothing lies under; the server counts again. */
function DestroyButton({ of: key }: { readonly of: KeyView }) {
  const [isAsking, ask] = useState(false);
  const destroy = useChange<KeyringView>({
    name: `keys.destroy.${key.id}`,
    onDone: () => ask(false),
    says: `${key.id} is gone for good.`,
  });
  if (key.state !== 'retired') return null;
  return (
    <>
      <Button look="quiet" aria-label={`Destroy ${key.id}`} onClick={() => ask(true)}>
        Destroy
      </Button>
      {isAsking && <DestroyKeyDialog of={key} change={destroy} onClose={() => ask(false)} />}
    </>
  );
}
