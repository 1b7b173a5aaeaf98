import { useSuspenseQuery } from '@tanstack/react-query';
import { useSearchState } from '../../state/search.ts';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ActionList } from './act/ActionList.tsx';
import { actionsQuery } from './calls.ts';
import { ACTION_STATE_WORDS, ACTION_WORDS, choicesOf } from './words.ts';

const FILTERS = ['state', 'action'] as const;
const STATES = [...choicesOf(ACTION_STATE_WORDS), { value: 'all', label: 'All' }];

/** Actions of every incident and of none: what waits for somebody, and what is in force. */
export function AllActions() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(actionsQuery(search));
  return (
    <Panel isFlush>
      <FilterBar keys={FILTERS}>
        <FilterSelect name="state" label="State" choices={STATES} all="Waiting or in force" />
        <FilterSelect name="action" label="Action" choices={choicesOf(ACTION_WORDS)} />
      </FilterBar>
      {data.items.length === 0 ? (
        <EmptyState
          title="Nothing waits, and nothing is in force"
          text="What is done about incidents stands here until it is over."
          command="holdfast action list"
        />
      ) : (
        <ActionList actions={data.items} />
      )}
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}
