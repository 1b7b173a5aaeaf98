import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ActDialog } from './act/ActDialog.tsx';
import { ActionList } from './act/ActionList.tsx';
import { actionsQuery } from './calls.ts';

/** What is done because of an incident. */
export function ActionsTab({ incident, application }: { readonly incident: string; readonly application: string | null }) {
  const { data } = useSuspenseQuery(actionsQuery({ incident }));
  const { may } = useMe();
  const [isActing, act] = useState(false);
  return (
    <Panel title="Actions" isFlush action={may('incident:act') && <Button onClick={() => act(true)}>Do something</Button>}>
      {data.items.length === 0 ? (
        <EmptyState
          title="Nothing was done yet"
          text="Playbooks act by themselves where they may; everything else is asked for here."
        />
      ) : (
        <ActionList actions={data.items} />
      )}
      {isActing && <ActDialog incident={incident} application={application} onClose={() => act(false)} />}
    </Panel>
  );
}
