import type { RuleExplained } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sayProblem } from '../../api/words.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { explainQuery } from './calls.ts';

type Item = RuleExplained['items'][number];
const REQUEST_ID = /^[0-9A-HJKMNP-TV-Z]{12}$/u;

const COLUMNS: readonly Column<Item>[] = [
  { head: 'Item', cell: ({ identifier, field }) => `${identifier}${field === null ? '' : `: ${field}`}` },
  { head: 'Holds', cell: ({ holds }) => <Badge tone={holds ? 'ok' : 'plain'}>{holds ? 'yes' : 'no'}</Badge> },
  { head: 'Decides', cell: ({ decisive }) => (decisive ? 'yes' : '') },
  { head: 'Wants', cell: ({ wants }) => <code className="[overflow-wrap:anywhere]">{wants}</code> },
  { head: 'Has', cell: ({ has }) => (has === null ? 'nothing' : <code className="[overflow-wrap:anywhere]">{has}</code>) },
  { head: 'Line', cell: ({ line }) => line, isNumber: true },
];

/** Why the rule matched a request, or why it did not. */
export function ExplainPanel({ id }: { readonly id: string }) {
  const { search, set } = useSearchState();
  const request = search['request'] ?? '';
  const [typed, type] = useState(request);
  const isAsked = REQUEST_ID.test(request);
  const { data, error } = useQuery({ ...explainQuery(id, request), enabled: isAsked });
  return (
    <Panel title="Why, or why not">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          set({ request: typed.trim().toUpperCase() });
        }}
      >
        <TextField
          label="Request"
          hint="The twelve characters of a request."
          value={typed}
          onChange={type}
          maxLength={12}
          fault={request !== '' && !isAsked ? 'Twelve letters and digits.' : null}
        />
        <Button type="submit">Explain</Button>
      </form>
      {isAsked && error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {data !== undefined && (
        <div className="mt-4">
          <p className="mb-2">
            {data.matches ? 'It matches' : data.routed ? 'It does not match' : 'It is for another kind of event'}:{' '}
            <code className="[overflow-wrap:anywhere]">{data.condition}</code>
          </p>
          <DataTable
            caption="Items of the rule"
            rows={data.items}
            keyOf={({ identifier, field, line, wants }) => `${identifier} ${field ?? ''} ${line} ${wants}`}
            columns={COLUMNS}
            empty={null}
          />
        </div>
      )}
    </Panel>
  );
}
