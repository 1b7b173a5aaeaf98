import type { SecretDetail } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { applicationsQuery, secretsQuery } from './calls.ts';
import { CalendarPanel } from './calendar/CalendarPanel.tsx';
import { leasesQuery } from './leases/calls.ts';
import { LeasesPanel } from './leases/LeasesPanel.tsx';
import { SecretList } from './list/SecretList.tsx';
import { allSecretsQuery } from './rotation/calls.ts';
import { ConfirmFirst, useIsConfirmed } from './write/ConfirmFirst.tsx';
import { NewSecretDialog } from './write/NewSecretDialog.tsx';

/** Each tab has filters of its own. */
const NO_FILTERS = { application: null, environment: null, q: null, overdue: null, by: null, prefix: null, ended: null };

function SecretsPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const tab = search['tab'] ?? 'list';
  return (
    <>
      <PageHead
        title="Secrets"
        lead="Passwords and keys of your applications: sealed, in versions, given to whoever a policy names, with a record of each read."
        actions={
          may('secret:write') && (
            <Button look="main" onClick={() => set({ new: '1' })}>
              New secret
            </Button>
          )
        }
      />
      <Segments
        label="Secrets"
        value={tab}
        onChange={(next) => set({ ...NO_FILTERS, tab: next === 'list' ? null : next })}
        segments={[
          { name: 'list', title: 'All', content: tab === 'list' && <SecretList /> },
          { name: 'calendar', title: 'Rotation calendar', content: tab === 'calendar' && <CalendarPanel /> },
          { name: 'leases', title: 'Leases', content: tab === 'leases' && <LeasesPanel /> },
        ]}
      />
      {search['new'] !== undefined && may('secret:write') && <NewSecret />}
    </>
  );
}

function NewSecret() {
  const { search, set } = useSearchState();
  const navigate = useNavigate();
  const isConfirmed = useIsConfirmed();
  const { data: applications } = useSuspenseQuery(applicationsQuery);
  const create = useChange<SecretDetail>({
    name: 'secrets.create',
    onDone: (secret) => void navigate({ to: paths.secret(secret) }),
    says: ({ name }) => `${name} is there. Nothing reads it yet: a policy or a grant says who may.`,
    showsFaults: true,
  });
  const close = (): void => {
    create.reset();
    set({ new: null });
  };
  if (!isConfirmed) return <ConfirmFirst onClose={close} />;
  const { application, environment } = search;
  const first = { ...(application === undefined ? {} : { application }), ...(environment === undefined ? {} : { environment }) };
  return <NewSecretDialog applications={applications.items} first={first} change={create} onClose={close} />;
}

export const page: PageModule = {
  Component: SecretsPage,
  async prefetch({ queries, search }) {
    await queries.ensureQueryData(applicationsQuery);
    if (search['tab'] === 'calendar') return queries.ensureQueryData(allSecretsQuery);
    if (search['tab'] === 'leases') return queries.ensureQueryData(leasesQuery(search));
    return queries.ensureQueryData(secretsQuery(search));
  },
};
