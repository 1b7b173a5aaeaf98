import type { CardExceptionsInput, TuningCard } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearchState } from '../../state/search.ts';
import { Callout } from '../../ui/Callout.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import type { PageModule } from '../page.ts';
import { CardPanel } from './CardPanel.tsx';
import { ExceptDialog } from './ExceptDialog.tsx';
import { ReadinessPanel } from './ReadinessPanel.tsx';
import { inboxQuery } from './calls.ts';

const STATES = [
  { value: 'excepted', label: 'Excepted' },
  { value: 'attack', label: 'Kept as attacks' },
  { value: 'snoozed', label: 'Later' },
  { value: 'all', label: 'All' },
];

function TuningPage() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(inboxQuery(search));
  const { data: status } = useSuspenseQuery(statusQuery);
  const [excepting, except] = useState<TuningCard | null>(null);
  const exception = useChange<{ items: readonly { id: string }[] }>({
    name: 'tuning.except',
    onDone: () => except(null),
    says: 'The rule does not fire there any more.',
    undo: ({ items }) => ({ method: 'DELETE', path: `/exceptions/${items[0]?.id ?? ''}` }),
    showsFaults: true,
  });
  return (
    <>
      <PageHead
        title="Tuning inbox"
        lead="Everything that was found, one card for each rule and place. When the inbox is empty, the application is ready to enforce."
      />
      <div className="mb-5 grid gap-5 lg:grid-cols-2">
        {data.readiness.map((each) => (
          <ReadinessPanel
            key={each.application}
            readiness={each}
            promotion={data.promotions.find(({ application }) => application === each.application) ?? null}
          />
        ))}
      </div>
      {data.dropped > 0 && (
        <Callout tone="watch">{data.dropped} observations found no room: decide on cards, and the next ones are kept.</Callout>
      )}
      <Panel isFlush className="mb-4">
        <FilterBar keys={['application', 'state']}>
          <FilterSelect
            name="application"
            label="Application"
            choices={status.applications.map(({ id }) => ({ value: id, label: id }))}
          />
          <FilterSelect name="state" label="Cards" choices={STATES} all="Open" />
        </FilterBar>
      </Panel>
      {data.cards.length === 0 ? (
        <Panel>
          <EmptyState
            title={search['state'] === undefined ? 'Nothing to decide' : 'No such cards'}
            text="A card appears when a rule finds something. To see one, send a few harmless probes."
            command="holdfast test attack"
          />
        </Panel>
      ) : (
        <ul className="grid gap-4 xl:grid-cols-2">
          {data.cards.map((card) => (
            <CardPanel key={card.id} card={card} onExcept={() => except(card)} />
          ))}
        </ul>
      )}
      {data.more > 0 && <p className="mt-4 text-soft">{data.more} more cards: decide on these first, or filter.</p>}
      {excepting !== null && (
        <ExceptDialog
          card={excepting}
          error={exception.error}
          isBusy={exception.isPending}
          onSend={(body: CardExceptionsInput) =>
            exception.run({ method: 'POST', path: '/tuning/exceptions', body }, `Except ${excepting.rule} on ${excepting.route}`)
          }
          onClose={() => except(null)}
        />
      )}
    </>
  );
}

export const page: PageModule = {
  Component: TuningPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(inboxQuery(search)), queries.ensureQueryData(statusQuery)]),
};
