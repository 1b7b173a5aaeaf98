import type { KeyVerify } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { formatCountOf } from '../../state/format.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';

type Sample = KeyVerify['samples'][number];

const COLUMNS: readonly Column<Sample>[] = [
  { head: 'What', cell: ({ area }) => area },
  { head: 'Key', cell: ({ key }) => <code>{key}</code> },
  { head: 'Sample', cell: ({ opens }) => <Badge tone={opens ? 'ok' : 'stop'}>{opens ? 'opens' : 'does not open'}</Badge> },
];

/** A proof on demand: one sample for each key that something lies under. */
export function VerifyPanel() {
  const [found, keep] = useState<KeyVerify | null>(null);
  const verify = useChange<KeyVerify>({ name: 'keys.verify', onDone: keep });
  return (
    <Panel
      title="Does it open?"
      isFlush={found !== null}
      action={
        <span className="flex flex-wrap items-center gap-2">
          <Button isBusy={verify.isPending} onClick={() => verify.run({ method: 'POST', path: '/keys/verify' }, 'Open samples')}>
            Open samples
          </Button>
          <CopyAsCli words={['key', 'verify']} />
        </span>
      }
    >
      {found === null ? (
        <p className="text-soft">
          Opens one item for each key in each kind of what is sealed. Changes nothing, and shows no content.
        </p>
      ) : (
        <Found found={found} />
      )}
    </Panel>
  );
}

function Found({ found: { ok, samples, findings } }: { readonly found: KeyVerify }) {
  return (
    <>
      <div className="px-4 pb-3" role="status">
        <Callout tone={ok ? 'ok' : 'stop'} title={ok ? 'Every sample opens' : 'Not everything opens'}>
          {findings.length === 0 ? (
            `${formatCountOf(samples.length, 'sample')} opened.`
          ) : (
            <ul className="list-disc ps-5">
              {findings.map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          )}
        </Callout>
      </div>
      <DataTable
        caption="Samples"
        rows={samples}
        keyOf={({ area, key }) => `${area} ${key}`}
        columns={COLUMNS}
        empty={<p className="px-4 pb-4 text-soft">Nothing is sealed yet.</p>}
      />
    </>
  );
}
