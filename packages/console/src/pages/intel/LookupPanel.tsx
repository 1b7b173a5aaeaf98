import type { LookupView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sayProblem } from '../../api/words.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { lookupQuery } from './calls.ts';
import { ACTION_WORDS, KIND_WORDS } from './words.ts';

/** What is known of one address, name, URL or hash. */
export function LookupPanel() {
  const { search, set } = useSearchState();
  const value = search['value'] ?? '';
  const [typed, type] = useState(value);
  const { data, error } = useQuery({ ...lookupQuery(value), enabled: value !== '' });
  return (
    <Panel title="Look up" action={value === '' ? null : <CopyAsCli words={['intel', 'lookup', value]} />}>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          set({ value: typed.trim() });
        }}
      >
        <div className="min-w-64 flex-1">
          <TextField label="Address, host name, URL, hash or user agent" value={typed} onChange={type} maxLength={512} />
        </div>
        <Button look="main" type="submit">
          Look up
        </Button>
      </form>
      {value !== '' && error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {data !== undefined && <Known found={data} />}
    </Panel>
  );
}

function Known({ found: { kind, matches, known, place } }: { readonly found: LookupView }) {
  return (
    <div className="mt-4 flex flex-col gap-4">
      <Callout
        tone={matches.length > 0 ? 'stop' : 'ok'}
        title={matches.length > 0 ? `Listed ${matches.length === 1 ? 'once' : `${matches.length} times`}` : 'Not listed'}
      >
        {matches.map(({ id, source, sourceName, confidence, action, detail }) => (
          <p key={`${source} ${id}`}>
            {sourceName}, {Math.round(confidence)} of 100 sure: {ACTION_WORDS[action].toLowerCase()}
            {detail === null ? '' : ` (${detail})`}
          </p>
        ))}
        {known.length > 0 && <p>Known to be good: {known.join(', ')}. It is never scored or refused.</p>}
      </Callout>
      <KeyValues
        items={[
          ['Kind', KIND_WORDS[kind]],
          ...(place === null
            ? []
            : ([
                ['Country', place.country ?? 'not known'],
                ['Network', place.network === null ? 'not known' : `${place.network} (AS${place.asn ?? '?'})`],
              ] as const)),
        ]}
      />
    </div>
  );
}
