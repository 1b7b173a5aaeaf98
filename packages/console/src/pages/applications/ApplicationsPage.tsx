import type { ApplicationInput, ApplicationView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { AddDialog } from './AddDialog.tsx';
import { applicationsQuery } from './calls.ts';
import { ModeBadge } from './ModeBadge.tsx';

const LOGIN_WORDS = { off: 'open to all', optional: 'optional', required: 'required' } as const;

const columns: readonly Column<ApplicationView>[] = [
  { head: 'Name', cell: ({ application }) => application.name },
  { head: 'Mode', cell: ({ application }) => <ModeBadge application={application} /> },
  { head: 'Hosts', cell: ({ application }) => (application.hosts.length === 0 ? 'any' : application.hosts.join(', ')) },
  { head: 'Upstream', cell: ({ application }) => <code>{application.upstream}</code> },
  { head: 'Sign-in', cell: ({ application }) => LOGIN_WORDS[application.login.mode] },
  { head: 'Changed', cell: ({ updatedAt, updatedBy }) => <Changed at={updatedAt} by={updatedBy} /> },
];

function Changed({ at, by }: { readonly at: number; readonly by: string }) {
  return (
    <>
      <Time at={at} isRelative /> <span className="text-soft">by {by}</span>
    </>
  );
}

function ApplicationsPage() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(applicationsQuery(search));
  return (
    <>
      <PageHead
        title="Applications"
        lead="What stands behind the gateway, and what happens to attacks on it."
        actions={<Add />}
      />
      <Panel isFlush>
        <DataTable
          caption="Applications"
          rows={data.items}
          keyOf={({ application }) => application.id}
          columns={columns}
          hrefOf={({ application }) => paths.application(application.id)}
          empty={
            <EmptyState
              title="Nothing is protected yet"
              text="Tell Holdfast where your application listens; nothing in it has to change."
              command="holdfast app add shop --to http://127.0.0.1:3000"
            />
          }
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
    </>
  );
}

function Add() {
  const { may } = useMe();
  const [isOpen, open] = useState(false);
  const change = useChange<ApplicationView>({
    name: 'applications.add',
    onDone: () => open(false),
    says: ({ application }) => `${application.name} is behind the gateway. Attacks on it are recorded, not refused yet.`,
    showsFaults: true,
  });
  if (!may('application:write')) return null;
  const add = (body: ApplicationInput): void => change.run({ method: 'POST', path: '/applications', body }, `Add ${body.name}`);
  return (
    <>
      <Button look="main" onClick={() => open(true)}>
        Add an application
      </Button>
      {isOpen && <AddDialog error={change.error} isBusy={change.isPending} onAdd={add} onClose={() => open(false)} />}
    </>
  );
}

export const page: PageModule = {
  Component: ApplicationsPage,
  prefetch: async ({ queries, search }) => queries.ensureQueryData(applicationsQuery(search)),
};
