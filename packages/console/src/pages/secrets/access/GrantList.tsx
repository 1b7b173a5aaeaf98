import type { SecretGrantView, SecretRef } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { Button } from '../../../ui/Button.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { grantsQuery } from './calls.ts';
import { covers } from './covers.ts';

const COLUMNS: readonly Column<SecretGrantView>[] = [
  { head: 'Granted to', cell: ({ to }) => to.name },
  {
    head: 'For these',
    cell: ({ environment, name }) => (
      <code>
        {environment}/{name}
      </code>
    ),
  },
  { head: 'Purpose', cell: ({ purpose }) => purpose ?? 'any' },
  { head: 'Ends', cell: ({ expiresAt }) => (expiresAt === null ? 'when revoked' : <Time at={expiresAt} isRelative />) },
  { head: 'By', cell: ({ createdBy }) => <Who actor={createdBy} /> },
];
const REVOKE: Column<SecretGrantView> = { head: 'Revoke', cell: (grant) => <RevokeButton grant={grant} /> };

/** The short way of a policy: those that are for this secret, alone or with others. */
export function GrantList({ secret }: { readonly secret: SecretRef }) {
  const { may } = useMe();
  const { data } = useQuery(grantsQuery);
  const grants = (data?.items ?? []).filter((grant) => covers(grant, secret));
  if (grants.length === 0) return null;
  return (
    <div className="border-t border-line">
      <DataTable
        caption="Grants for this secret"
        rows={grants}
        keyOf={({ id }) => id}
        columns={may('policy:write') ? [...COLUMNS, REVOKE] : COLUMNS}
        empty={null}
      />
    </div>
  );
}

function RevokeButton({ grant: { id, to } }: { readonly grant: SecretGrantView }) {
  const revoke = useChange<null>({ name: `secret-grants.revoke.${id}`, says: `${to.name} may not any more.` });
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`Revoke what was granted to ${to.name}`}
        isBusy={revoke.isPending}
        onClick={() => revoke.run({ method: 'DELETE', path: `/secret-grants/${id}` }, `Revoke what was granted to ${to.name}`)}
      >
        Revoke
      </Button>
      <CopyAsCli words={['secret', 'revoke-grant', id]} />
    </span>
  );
}
