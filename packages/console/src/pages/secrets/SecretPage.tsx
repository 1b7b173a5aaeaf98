import type { SecretDetail } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import type { PageModule } from '../page.ts';
import { AccessPanel } from './access/AccessPanel.tsx';
import { refOf, secretQuery, useSecretRef } from './calls.ts';
import { RotationPanel } from './rotation/RotationPanel.tsx';
import { AboutPanel } from './settings/AboutPanel.tsx';
import { RemoveButton } from './settings/RemoveButton.tsx';
import { ValuePanel } from './value/ValuePanel.tsx';
import { VersionsPanel } from './versions/VersionsPanel.tsx';
import { SHARED } from './words.ts';
import { ConfirmFirst, useIsConfirmed } from './write/ConfirmFirst.tsx';
import { NewVersionDialog } from './write/NewVersionDialog.tsx';

function SecretPage() {
  const { may } = useMe();
  const { search, set } = useSearchState();
  const { data: secret } = useSuspenseQuery(secretQuery(useSecretRef()));
  const { name, application, environment, description, isOverdue, isCanary } = secret;
  return (
    <>
      <PageHead
        title={name}
        lead={
          <>
            {description === '' ? 'A secret' : description}, for {application === SHARED ? 'all applications' : application} in{' '}
            {environment}. {isOverdue && <Badge tone="stop">overdue</Badge>}{' '}
            {isCanary && may('secret:write') && <Badge tone="note">decoy</Badge>}
          </>
        }
        actions={
          may('secret:write') && (
            <>
              <RemoveButton secret={secret} />
              <Button look="main" onClick={() => set({ write: '1' })}>
                New version
              </Button>
            </>
          )
        }
      />
      <div className="grid gap-5">
        <div className="grid items-start gap-5 lg:grid-cols-2">
          {/* Nothing of one secret is left when another one is opened. */}
          <ValuePanel key={`${application}/${environment}/${name}`} secret={secret} />
          <AboutPanel secret={secret} />
        </div>
        <RotationPanel secret={secret} />
        <VersionsPanel secret={secret} />
        {may('policy:read') && <AccessPanel secret={secret} />}
      </div>
      {search['write'] !== undefined && may('secret:write') && <NewVersion secret={secret} />}
    </>
  );
}

function NewVersion({ secret }: { readonly secret: SecretDetail }) {
  const { set } = useSearchState();
  const isConfirmed = useIsConfirmed();
  const write = useChange<SecretDetail>({
    name: 'secret.write',
    onDone: () => set({ write: null }),
    says: ({ name, currentVersion }) => `${name} is given as version ${currentVersion} from now on.`,
    showsFaults: true,
  });
  const close = (): void => {
    write.reset();
    set({ write: null });
  };
  if (!isConfirmed) return <ConfirmFirst onClose={close} />;
  return <NewVersionDialog secret={secret} change={write} onClose={close} />;
}

export const page: PageModule = {
  Component: SecretPage,
  prefetch: async ({ queries, params }) => queries.ensureQueryData(secretQuery(refOf(params))),
};
