import type { ServiceAccountView, TokenCreated } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { AccountActions } from './AccountActions.tsx';
import { TokenDialog } from './TokenDialog.tsx';
import { TokenList } from './TokenList.tsx';
import { TokenShown } from './TokenShown.tsx';
import { accountQuery, tokensQuery } from './calls.ts';

function ServiceAccountPage() {
  const { id = '' } = useParams({ strict: false });
  const { search } = useSearchState();
  const { may } = useMe();
  const { data: account } = useSuspenseQuery(accountQuery(id));
  const { data: tokens } = useSuspenseQuery(tokensQuery(account.id, search));
  const [isAdding, ask] = useState(false);
  const [issued, show] = useState<TokenCreated | null>(null);
  const create = useChange<TokenCreated>({
    name: 'service-account.token',
    onDone(created) {
      ask(false);
      show(created);
    },
    showsFaults: true,
  });
  const add = may('token:write') && account.status === 'active' && (
    <Button look="main" onClick={() => ask(true)}>
      New token
    </Button>
  );
  return (
    <>
      <PageHead
        title={account.name}
        lead={account.purpose === '' ? 'A program.' : account.purpose}
        actions={
          <>
            {may('account:write') && <AccountActions account={account} />}
            {add}
          </>
        }
      />
      <div className="grid gap-5">
        <Panel title="Account">
          <KeyValues items={factsOf(account)} />
        </Panel>
        <TokenList account={account} tokens={tokens} />
      </div>
      {isAdding && (
        <TokenDialog
          account={account}
          error={create.error}
          isBusy={create.isPending}
          onSend={(body) => create.run({ method: 'POST', path: '/tokens', body }, `Issue a token for ${account.name}`)}
          onClose={() => ask(false)}
        />
      )}
      {issued !== null && <TokenShown issued={issued} onClose={() => show(null)} />}
    </>
  );
}

const factsOf = ({ owner, status, applications, createdAt, createdBy, lastUsedAt, id }: ServiceAccountView) =>
  [
    [
      'Answered for by',
      owner === null ? (
        <Badge key="owner" tone="watch">
          nobody
        </Badge>
      ) : (
        <LinkTo key="owner" to={paths.person(owner.id)}>
          {owner.name}
        </LinkTo>
      ),
    ],
    [
      'Status',
      <Badge key="status" tone={status === 'active' ? 'ok' : 'stop'}>
        {status}
      </Badge>,
    ],
    ['May call', applications.length === 0 ? 'the administration only' : applications.join(', ')],
    ['Made', <Time key="made" at={createdAt} />],
    ['By', createdBy],
    ['Last used', lastUsedAt === null ? 'never' : <Time key="used" at={lastUsedAt} isRelative />],
    ['Id', <code key="id">{id}</code>],
  ] as const;

export const page: PageModule = {
  Component: ServiceAccountPage,
  async prefetch({ queries, search, params: { id = '' } }) {
    const account = await queries.ensureQueryData(accountQuery(id));
    return queries.ensureQueryData(tokensQuery(account.id, search));
  },
};
