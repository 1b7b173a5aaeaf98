import type { PersonLink, PersonView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { InviteDialog } from './InviteDialog.tsx';
import { LinkDialog } from './LinkDialog.tsx';
import { peopleQuery } from './calls.ts';
import { ROLES, STATUS_TONES } from './words.ts';

const STATUSES = [
  { value: 'active', label: 'Active' },
  { value: 'invited', label: 'Invited' },
  { value: 'disabled', label: 'Disabled' },
];

const FACTORS = [
  { value: 'with', label: 'With one' },
  { value: 'without', label: 'Without' },
];

const COLUMNS: readonly Column<PersonView>[] = [
  { head: 'Name', cell: ({ name }) => name },
  { head: 'Shown as', cell: ({ display }) => display },
  { head: 'Role', cell: ({ role }) => (role === null ? <span className="text-soft">applications only</span> : role) },
  { head: 'Groups', cell: ({ groups }) => groups.join(', ') },
  { head: 'Status', cell: ({ status }) => <Badge tone={STATUS_TONES[status]}>{status}</Badge> },
  {
    head: 'Last signed in',
    cell: ({ lastSignedInAt }) => (lastSignedInAt === null ? 'never' : <Time at={lastSignedInAt} isRelative />),
  },
];

function PeoplePage() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(peopleQuery(search));
  const [isInviting, ask] = useState(false);
  const [issued, show] = useState<PersonLink | null>(null);
  const invite = useChange<PersonLink>({
    name: 'people.invite',
    onDone(link) {
      ask(false);
      show(link);
    },
    showsFaults: true,
  });
  const inviteButton = may('person:write') && (
    <Button look="main" onClick={() => ask(true)}>
      Invite somebody
    </Button>
  );
  return (
    <>
      <PageHead title="People" lead="Who can sign in to Holdfast, and to the applications behind it." actions={inviteButton} />
      <Panel isFlush>
        <FilterBar keys={['q', 'role', 'status', 'mfa']}>
          <FilterText name="q" label="Name" />
          <FilterSelect
            name="role"
            label="Role"
            choices={ROLES.map(({ value }) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))}
          />
          <FilterSelect name="status" label="Status" choices={STATUSES} />
          <FilterSelect name="mfa" label="Second factor" choices={FACTORS} />
        </FilterBar>
        <DataTable
          caption="People"
          rows={data.items}
          keyOf={({ id }) => id}
          columns={COLUMNS}
          hrefOf={({ id }) => paths.person(id)}
          empty={<EmptyState title="Nobody of that kind" text="Clear the filters, or invite somebody." action={inviteButton} />}
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
      {isInviting && <InviteDialog change={invite} onClose={() => ask(false)} />}
      {issued !== null && <LinkDialog issued={issued} onClose={() => show(null)} />}
    </>
  );
}

export const page: PageModule = {
  Component: PeoplePage,
  prefetch: async ({ queries, search }) => queries.ensureQueryData(peopleQuery(search)),
};
