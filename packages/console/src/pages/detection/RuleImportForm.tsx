import type { RuleImport, RuleImported, RuleState } from '@holdfast/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { write } from '../../api/client.ts';
import { useChange } from '../../api/use-change.ts';
import { sayProblem } from '../../api/words.ts';
import { formatCountOf } from '../../state/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { STATE_WORDS } from './words.ts';

const STATES = Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label }));
const FILE = 'console.yml';
const SHOWN_MAX = 20;

/** Sigma documents as text: read first, then taken; the command takes whole folders. */
export function RuleImportForm() {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [state, setState] = useState<RuleState>('test');
  const body: RuleImport = { files: [{ name: FILE, text }], state };
  const reading = useMutation({
    mutationFn: async () =>
      write<RuleImported>({ method: 'POST', path: '/detection/rules/import', body: { ...body, dryRun: true } }),
  });
  const take = useChange<RuleImported>({
    name: 'rules.import',
    says: ({ added, changed }) => `${added} new, ${changed} changed.`,
    onDone: () => {
      setText('');
      void queries.invalidateQueries();
    },
  });
  return (
    <Panel title="Import Sigma rules" action={<CopyAsCli words={['detect', 'rules', 'import', 'rules/', '--state', state]} />}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          take.run({ method: 'POST', path: '/detection/rules/import', body }, 'Import the rules');
        }}
      >
        <TextArea
          label="Sigma documents (YAML)"
          hint="Rules, correlations and filters, several with --- between them. The command takes a folder."
          value={text}
          onChange={(next) => {
            setText(next);
            reading.reset();
          }}
          rows={14}
          spellCheck={false}
          className="font-mono text-[0.875rem] leading-relaxed"
        />
        {/* The choices are the states. */}
        <SelectField label="New rules are" value={state} onChange={(next) => setState(next as RuleState)} choices={STATES} />
        {reading.data !== undefined && <Read imported={reading.data} />}
        {reading.error !== null && <Callout tone="stop">{sayProblem(reading.error).text}</Callout>}
        <div className="flex flex-wrap items-center gap-2">
          <Button isBusy={reading.isPending} disabled={text.trim() === ''} onClick={() => reading.mutate()}>
            Read it
          </Button>
          <Button look="main" type="submit" isBusy={take.isPending} disabled={reading.data === undefined}>
            Take it
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Read({ imported }: { readonly imported: RuleImported }) {
  const { rules, correlations, filters, refused, diagnostics } = imported;
  const tone = refused > 0 ? 'watch' : 'ok';
  return (
    <Callout
      tone={tone}
      title={`${formatCountOf(rules, 'rule')}, ${formatCountOf(correlations, 'correlation')}, ${formatCountOf(filters, 'filter')}`}
    >
      {refused > 0 && <p>{formatCountOf(refused, 'document')} cannot be used.</p>}
      <ul>
        {diagnostics.slice(0, SHOWN_MAX).map(({ code, message, line, column }) => (
          <li key={`${line}:${column} ${code}`}>
            Line {line}: {message} <span className="text-soft">({code})</span>
          </li>
        ))}
      </ul>
    </Callout>
  );
}
