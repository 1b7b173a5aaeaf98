import type { SecretDetail } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { KeyValues } from '../../../ui/KeyValues.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { AgeCell } from '../list/AgeCell.tsx';
import { LastRead } from '../list/LastRead.tsx';
import { SettingsDialog } from './SettingsDialog.tsx';

/** Whose it is, how old it is and may become, and when it was read last. */
export function AboutPanel({ secret }: { readonly secret: SecretDetail }) {
  const { may } = useMe();
  const [isAsking, ask] = useState(false);
  const change = useChange<SecretDetail>({
    name: 'secret.settings',
    onDone: () => ask(false),
    says: 'Changed.',
    showsFaults: true,
  });
  const action = may('secret:write') && <Button onClick={() => ask(true)}>Change</Button>;
  return (
    <Panel title="About it" action={action}>
      <KeyValues items={factsOf(secret)} />
      {isAsking && <SettingsDialog secret={secret} change={change} onClose={() => ask(false)} />}
    </Panel>
  );
}

const factsOf = (secret: SecretDetail) =>
  [
    [
      'Answered for by',
      secret.owner ?? (
        <Badge key="owner" tone="watch">
          nobody
        </Badge>
      ),
    ],
    ['Age', <AgeCell key="age" secret={secret} />],
    ['Rotation', <Rotation key="rotation" secret={secret} />],
    ['Last read', <LastRead key="read" at={secret.lastReadAt} />],
    ['Versions kept', String(secret.versionsKept)],
    ['Made', <Time key="made" at={secret.createdAt} />],
    ['Changed', <Time key="changed" at={secret.changedAt} />],
  ] as const;

function Rotation({ secret: { rotation } }: { readonly secret: SecretDetail }) {
  if (rotation === null) return 'by hand';
  const { rotator, nextAt } = rotation;
  return (
    <>
      by itself ({rotator})
      {nextAt !== null && (
        <>
          , next <Time at={nextAt} isRelative />
        </>
      )}
    </>
  );
}
