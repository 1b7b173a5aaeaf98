import { useNavigate } from '@tanstack/react-router';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { playbooksQuery, runsQuery } from './calls.ts';
import { DocumentEditor } from './edit/DocumentEditor.tsx';
import { PlaybookList } from './PlaybookList.tsx';
import { RunList } from './run/RunList.tsx';

function PlaybooksPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const navigate = useNavigate();
  const tab = search['tab'] ?? 'list';
  const bring = {
    name: 'bring',
    title: 'Bring one in',
    content: tab === 'bring' && (
      <DocumentEditor
        title="A playbook of your own"
        kept=""
        of={null}
        onKept={({ id }) => void navigate({ to: paths.playbook(id) })}
      />
    ),
  };
  return (
    <>
      <PageHead title="Playbooks" lead="What is done about an incident, step by step: by itself where nobody has to agree." />
      <Segments
        label="Playbooks"
        value={tab}
        onChange={(next) => set({ tab: next === 'list' ? null : next, cursor: null })}
        segments={[
          { name: 'list', title: 'Playbooks', content: tab === 'list' && <PlaybookList /> },
          { name: 'runs', title: 'Runs', content: tab === 'runs' && <RunList /> },
          ...(may('playbook:write') ? [bring] : []),
        ]}
      />
    </>
  );
}

export const page: PageModule = {
  Component: PlaybooksPage,
  prefetch: async ({ queries, search }) => {
    if (search['tab'] === 'runs') return queries.ensureQueryData(runsQuery({ ...search, playbook: '' }));
    return search['tab'] === 'bring' ? null : queries.ensureQueryData(playbooksQuery(search));
  },
};
