import type { KeyRotated } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import type { PageModule } from '../page.ts';
import { AreasPanel } from './AreasPanel.tsx';
import { KeysPanel } from './KeysPanel.tsx';
import { OwnKeysPanel } from './OwnKeysPanel.tsx';
import { RewrapPanel } from './RewrapPanel.tsx';
import { RootPanel } from './RootPanel.tsx';
import { RotateDialog } from './RotateDialog.tsx';
import { RotatedNote } from './RotatedNote.tsx';
import { SealButton } from './SealButton.tsx';
import { VerifyPanel } from './VerifyPanel.tsx';
import { keysQuery, ownKeysQuery, rewrapQuery } from './calls.ts';

function KeysPage() {
  const { may } = useMe();
  const { data: ring } = useSuspenseQuery(keysQuery);
  const [isAsking, ask] = useState(false);
  const [isSealed, seal] = useState(ring.root.sealed);
  const [rotated, show] = useState<KeyRotated | null>(null);
  const rotate = useChange<KeyRotated>({
    name: 'keys.rotate',
    onDone(answer) {
      ask(false);
      show(answer);
    },
  });
  return (
    <>
      <PageHead
        title="Keys"
        lead="What seals all that is stored: which keys there are, how old they are, and what lies under each. No key is ever shown."
        actions={
          may('key:write') && (
            <>
              <SealButton onSealed={() => seal(true)} />
              <Button look="main" onClick={() => ask(true)}>
                Make a new key
              </Button>
            </>
          )
        }
      />
      <div className="grid gap-5">
        {(isSealed || ring.root.sealed) && (
          <Callout tone="stop" title="Sealed">
            No key is there: nothing that is stored can be opened until somebody unseals with <code>holdfast key unseal</code>.
          </Callout>
        )}
        {rotated !== null && <RotatedNote rotated={rotated} onClose={() => show(null)} />}
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <RootPanel ring={ring} />
          <RewrapPanel ring={ring} />
        </div>
        <KeysPanel ring={ring} />
        <OwnKeysPanel />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <AreasPanel ring={ring} />
          <VerifyPanel />
        </div>
      </div>
      {isAsking && <RotateDialog change={rotate} onClose={() => ask(false)} />}
    </>
  );
}

export const page: PageModule = {
  Component: KeysPage,
  prefetch: async ({ queries }) =>
    Promise.all([
      queries.ensureQueryData(keysQuery),
      queries.ensureQueryData(rewrapQuery),
      queries.ensureQueryData(ownKeysQuery),
    ]),
};
