import type { Page, ServiceAccountView, TokenView } from '@holdfast/contract';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { useNow } from '../../ui/use-now.ts';

const COLUMNS: readonly Column<TokenView>[] = [
  { head: 'Name', cell: ({ name }) => name },
  { head: 'May', cell: ({ permissions }) => (permissions.length === 0 ? 'call applications' : permissions.join(', ')) },
  { head: 'From', cell: ({ cidrs }) => (cidrs.length === 0 ? 'anywhere' : cidrs.join(', ')) },
  { head: 'State', cell: (token) => <State token={token} /> },
  { head: 'Made', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Time at={lastUsedAt} isRelative />) },
];
const REVOKE: Column<TokenView> = { head: 'Revoke', cell: (token) => <RevokeButton token={token} /> };

interface TokenListProps {
  readonly account: ServiceAccountView;
  readonly tokens: Page<TokenView>;
}

export function TokenList({ account, tokens }: TokenListProps) {
  const { may } = useMe();
  return (
    <Panel title="Tokens" isFlush>
      <DataTable
        caption={`Tokens of ${account.name}`}
        rows={tokens.items}
        keyOf={({ id }) => id}
        columns={may('token:write') ? [...COLUMNS, REVOKE] : COLUMNS}
        empty={
          <EmptyState
            title="No token yet"
            text="A token is shown once and ends by itself. To change one, make a second beside it, then revoke the first."
            command={`holdfast token create --name deploy --account ${account.name} --permission event:read`}
          />
        }
      />
      <Pager next={tokens.next} count={tokens.items.length} />
    </Panel>
  );
}

const isOver = ({ revokedAt, expiresAt }: TokenView, now: number): boolean => revokedAt !== null || expiresAt <= now;

function State({ token }: { readonly token: TokenView }) {
  const now = useNow();
  if (token.revokedAt !== null) return <Badge tone="stop">revoked</Badge>;
  if (isOver(token, now)) return <Badge>ended</Badge>;
  return (
    <>
      ends <Time at={token.expiresAt} isRelative />
    </>
  );
}

function RevokeButton({ token }: { readonly token: TokenView }) {
  const now = useNow();
  const { id, name } = token;
  const revoke = useChange<TokenView>({ name: `tokens.revoke.${id}`, says: `The token ${name} is refused from now on.` });
  if (isOver(token, now)) return null;
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`Revoke the token ${name}`}
        isBusy={revoke.isPending}
        onClick={() => revoke.run({ method: 'DELETE', path: `/tokens/${id}` }, `Revoke the token ${name}`)}
      >
        Revoke
      </Button>
      <CopyAsCli words={['token', 'revoke', id]} />
    </span>
  );
}
