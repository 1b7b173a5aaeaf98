import type { PersonLink, PersonView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Badge } from '../../ui/Badge.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { FactorsPanel } from './FactorsPanel.tsx';
import { LinkDialog } from './LinkDialog.tsx';
import { PersonActions } from './PersonActions.tsx';
import { PersonSessions } from './PersonSessions.tsx';
import { RightsForm } from './RightsForm.tsx';
import { factorsQuery, personQuery, personSessionsQuery } from './calls.ts';
import { STATUS_TONES } from './words.ts';

function PersonPage() {
  const { person: word = '' } = useParams({ strict: false });
  const { may } = useMe();
  const { data: person } = useSuspenseQuery(personQuery(word));
  const [issued, show] = useState<PersonLink | null>(null);
  const invite = useChange<PersonLink>({ name: 'person.invite', onDone: show });
  const change = useChange<PersonView>({
    name: 'person.change',
    says: ({ name }) => `${name} has other rights now; every session of theirs ended.`,
    showsFaults: true,
  });
  return (
    <>
      <PageHead
        title={person.display}
        lead={
          <>
            Signs in as <code>{person.name}</code>. <Badge tone={STATUS_TONES[person.status]}>{person.status}</Badge>
          </>
        }
        actions={may('person:write') && <PersonActions person={person} invite={invite} />}
      />
      <div className="grid gap-5 lg:grid-cols-2">
        <Panel title="Who it is">
          <KeyValues items={factsOf(person)} />
        </Panel>
        <Panel title="Rights">
          <RightsForm key={JSON.stringify(person)} person={person} change={change} isFixed={!may('person:write')} />
        </Panel>
        <FactorsPanel person={person} />
        {may('session:read') && <PersonSessions person={person} />}
      </div>
      {issued !== null && <LinkDialog issued={issued} onClose={() => show(null)} />}
    </>
  );
}

const factsOf = ({ email, createdAt, createdBy, lastSignedInAt, hasPassword, id }: PersonView) =>
  [
    ['E-mail', email ?? 'none: no notices can be sent'],
    ['Made', <Time key="made" at={createdAt} />],
    ['By', createdBy],
    ['Last signed in', lastSignedInAt === null ? 'never' : <Time key="seen" at={lastSignedInAt} isRelative />],
    ['Password', hasPassword ? 'set' : 'none'],
    ['Id', <code key="id">{id}</code>],
  ] as const;

export const page: PageModule = {
  Component: PersonPage,
  prefetch: async ({ queries, params: { person = '' } }) =>
    Promise.all([
      queries.ensureQueryData(personQuery(person)),
      queries.ensureQueryData(factorsQuery(person)),
      // Whoever may not see sessions sees the rest.
      queries.prefetchQuery(personSessionsQuery(person)),
    ]),
};
