import type { OneAnswer } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { sayProblem } from '../../api/words.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { whoCanQuery } from './calls.ts';
import { API_SET, METHODS, sayWhy } from './words.ts';

const FACTORS = [
  { value: 'aal2', label: 'two factors' },
  { value: 'aal1', label: 'one factor' },
];

const COLUMNS: readonly Column<OneAnswer>[] = [
  { head: 'Who', cell: ({ name }) => name },
  { head: 'May', cell: ({ allowed }) => <Badge tone={allowed ? 'ok' : 'stop'}>{allowed ? 'yes' : 'no'}</Badge> },
  { head: 'Because', cell: sayWhy },
];

/** One request, and everybody who could make it: what the policies in force say, without trying. */
export function WhoCanTest({ set }: { readonly set: string }) {
  const { search } = useSearchState();
  const isAsked = search['path'] !== undefined || search['permission'] !== undefined;
  return (
    <div className="grid gap-5">
      <Question set={set} />
      {isAsked && <Answer set={set} />}
    </div>
  );
}

function Question({ set }: { readonly set: string }) {
  const { me } = useMe();
  const { search, set: setSearch } = useSearchState();
  const [method, setMethod] = useState(search['method'] ?? 'GET');
  const [path, setPath] = useState(search['path'] ?? '/');
  const [permission, setPermission] = useState(search['permission'] ?? 'event:read');
  const [acr, setAcr] = useState(search['acr'] ?? 'aal2');
  const isApi = set === API_SET;
  const asked = isApi ? { permission, method: null, path: null } : { method, path, permission: null };
  const words = isApi ? ['--permission', permission] : ['--method', method, '--path', path];
  return (
    <Panel title="Who can…">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setSearch({ ...asked, acr });
        }}
      >
        {isApi ? (
          <SelectField
            label="Right"
            value={permission}
            onChange={setPermission}
            choices={me.permissions.map((value) => ({ value, label: value }))}
          />
        ) : (
          <>
            <SelectField label="Method" value={method} onChange={setMethod} choices={METHODS} />
            <TextField label="Path" value={path} onChange={setPath} required pattern="/.*" maxLength={2048} />
          </>
        )}
        <SelectField label="Signed in with" value={acr} onChange={setAcr} choices={FACTORS} />
        <Button look="main" type="submit">
          Ask
        </Button>
        <CopyAsCli words={['policy', 'who-can', set, ...words]} />
      </form>
    </Panel>
  );
}

function Answer({ set }: { readonly set: string }) {
  const { search } = useSearchState();
  const { data, error } = useQuery(whoCanQuery(set, search));
  if (error !== null) return <Callout tone="stop">{sayProblem(error).text}</Callout>;
  if (data === undefined) return <Skeleton />;
  const { visitor, people, groups, accounts, isCut } = data;
  return (
    <>
      {visitor !== null && (
        <Callout tone={visitor.allowed ? 'watch' : 'ok'} title={visitor.allowed ? 'Anybody can' : 'Visitors cannot'}>
          {sayWhy(visitor)}
        </Callout>
      )}
      <Answers title="People" rows={people} />
      <Answers title="Groups" rows={groups} />
      <Answers title="Service accounts" rows={accounts} />
      {isCut && <p className="text-soft">There are more than were asked about.</p>}
    </>
  );
}

function Answers({ title, rows }: { readonly title: string; readonly rows: readonly OneAnswer[] }) {
  return (
    <Panel title={title} isFlush>
      <DataTable
        caption={title}
        rows={rows}
        keyOf={({ id }) => id}
        columns={COLUMNS}
        empty={<p className="px-4 pb-4 text-soft">There are none.</p>}
      />
    </Panel>
  );
}
