import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { AllowDialog } from './AllowDialog.tsx';
import { AllowList } from './AllowList.tsx';
import { BanDialog } from './BanDialog.tsx';
import { BanList } from './BanList.tsx';
import { BreakGlass } from './BreakGlass.tsx';
import { allowsQuery, bansQuery, bypassQuery } from './calls.ts';
import { useAllow, useBan } from './use-ban-changes.ts';

function BansPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const [isAdding, ask] = useState(false);
  const close = (): void => ask(false);
  const ban = useBan(close);
  const allow = useAllow(close);
  const tab = search['tab'] ?? 'bans';
  const add = (
    <Button look="main" onClick={() => ask(true)}>
      {tab === 'allowed' ? 'Always allow an address' : 'Ban an address'}
    </Button>
  );
  return (
    <>
      <PageHead
        title="Bans"
        lead="Addresses that get no answer. This machine, health probes and whoever is always allowed are never banned."
        actions={may('ban:write') && tab !== 'break-glass' && add}
      />
      <Segments
        label="Lists"
        value={tab}
        onChange={(next) => set({ tab: next === 'bans' ? null : next, q: null })}
        segments={[
          { name: 'bans', title: 'Banned', content: tab === 'bans' && <BanList /> },
          { name: 'allowed', title: 'Always allowed', content: tab === 'allowed' && <AllowList /> },
          { name: 'break-glass', title: 'Break-glass', content: tab === 'break-glass' && <BreakGlass /> },
        ]}
      />
      {isAdding && tab === 'bans' && <BanDialog change={ban} onClose={close} />}
      {isAdding && tab === 'allowed' && <AllowDialog change={allow} onClose={close} />}
    </>
  );
}

export const page: PageModule = {
  Component: BansPage,
  prefetch: async ({ queries, search }) => {
    if (search['tab'] === 'allowed') return queries.ensureQueryData(allowsQuery(search));
    if (search['tab'] === 'break-glass') return queries.ensureQueryData(bypassQuery);
    return queries.ensureQueryData(bansQuery(search));
  },
};
