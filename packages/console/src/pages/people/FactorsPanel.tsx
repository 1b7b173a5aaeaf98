import type { PersonView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { factorsQuery } from './calls.ts';

/** What a person signs in with besides a password, and how to begin anew when it is lost. */
export function FactorsPanel({ person: { id, name } }: { readonly person: PersonView }) {
  const { may } = useMe();
  const { data } = useSuspenseQuery(factorsQuery(id));
  const [isAsking, ask] = useState(false);
  const reset = useChange<null>({
    name: 'person.reset-factors',
    onDone: () => ask(false),
    says: `${name} enrols a second factor anew at the next sign-in.`,
  });
  const hasNone = !data.totp && data.passkeys.length === 0;
  return (
    <Panel title="Second factors">
      {hasNone ? (
        <Callout tone="watch">
          No second factor. Where two are needed, the next sign-in leads to the page that enrols one.
        </Callout>
      ) : (
        <ul className="flex flex-col gap-2">
          {data.totp && (
            <li>
              Codes of an app <Badge tone="ok">enrolled</Badge>
            </li>
          )}
          {data.passkeys.map((passkey) => (
            <li key={passkey.id}>
              Passkey <strong>{passkey.name}</strong>
              <span className="text-soft">
                {' '}
                since <Time at={passkey.createdAt} />, {passkey.lastUsedAt === null ? 'never used' : 'used '}
                {passkey.lastUsedAt !== null && <Time at={passkey.lastUsedAt} isRelative />}
              </span>
            </li>
          ))}
          <li>
            {data.recoveryCodesLeft} recovery codes left {data.recoveryCodesLeft < 3 && <Badge tone="watch">make new ones</Badge>}
          </li>
        </ul>
      )}
      {may('person:write') && !hasNone && (
        <div className="mt-4 flex flex-wrap items-center gap-2">
          <Button look="danger" onClick={() => ask(true)}>
            Remove all factors
          </Button>
          <CopyAsCli words={['mfa', 'reset', name]} />
        </div>
      )}
      {isAsking && (
        <ConfirmDialog
          title={`Remove the factors of ${name}?`}
          button="Remove all factors"
          isDanger
          isBusy={reset.isPending}
          onConfirm={() => reset.run({ method: 'DELETE', path: `/people/${id}/factors` }, `Remove the factors of ${name}`)}
          onClose={() => ask(false)}
        >
          For somebody who lost telephone, key and codes. Be sure who asks: from then on the password alone leads to the page that
          enrols a new factor. All sessions of {name} end.
        </ConfirmDialog>
      )}
    </Panel>
  );
}
