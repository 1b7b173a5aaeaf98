import { useSuspenseQuery } from '@tanstack/react-query';
import { formatCount } from '../../state/format.ts';
import { CopyButton } from '../../ui/copy/CopyButton.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { checkpointQuery } from './calls.ts';
import { readCheckpoint } from './check-proof.ts';

/** The newest signed head: written down elsewhere, it pins everything before it. */
export function HeadPanel() {
  const { data } = useSuspenseQuery(checkpointQuery);
  const { origin, size, root } = readCheckpoint(data.note);
  return (
    <Panel title="Newest signed head" action={<CopyButton text={data.note} label="Copy the signed note" words="Note" />}>
      <KeyValues
        items={[
          ['Records', formatCount(size)],
          ['Root', <code key="root">{root}</code>],
          ['Log', <code key="log">{origin}</code>],
          ['Signed with', <code key="key">{data.verifierKey}</code>],
        ]}
      />
      <p className="mt-3 text-soft">
        Keep the note and the key where this machine cannot write. Later heads must grow out of it, and anyone can prove that they
        do.
      </p>
    </Panel>
  );
}
