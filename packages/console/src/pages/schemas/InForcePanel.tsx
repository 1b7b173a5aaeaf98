import type { SchemaCoverage, SchemaVersion } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCountOf } from '../../state/format.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { schemaPath } from './calls.ts';
import { effectText, inForceText, shareText } from './words.ts';

/** What counts now, what it would have refused, and the switch between trying and enforcing. */
export function InForcePanel({ coverage }: { readonly coverage: SchemaCoverage }) {
  const { application, routes, requests, misfits, mode, schemaMode } = coverage;
  const { may } = useMe();
  const [isAsked, ask] = useState(false);
  const change = useChange<SchemaVersion>({
    name: 'schema.mode',
    says: ({ mode: now }) => (now === 'enforce' ? 'It refuses what does not fit.' : 'It only records what does not fit.'),
    undo: ({ mode: now }) => modeCall(application, now === 'enforce' ? 'monitor' : 'enforce'),
    onDone: () => ask(false),
  });
  const next = schemaMode === 'enforce' ? 'monitor' : 'enforce';
  const run = (): void => change.run(modeCall(application, next), `Set the schema of ${application} to ${next}`);
  const canChange = schemaMode !== null && may('schema:write');
  return (
    <Panel
      title="In force"
      action={
        canChange && (
          <span className="flex flex-wrap items-center gap-2">
            <Button
              look={next === 'enforce' ? 'main' : 'plain'}
              isBusy={change.isPending}
              onClick={() => (next === 'enforce' ? ask(true) : run())}
            >
              {next === 'enforce' ? 'Enforce it' : 'Only record'}
            </Button>
            <CopyAsCli words={['schema', 'mode', application, next]} />
          </span>
        )
      }
    >
      <KeyValues
        items={[
          ['Schema', inForceText(coverage)],
          ['What does not fit', effectText(coverage)],
          ['In the last day', misfits === 0 ? 'everything fitted' : `${formatCountOf(misfits, 'request')} did not fit`],
          ['Live routes listed', shareText(routes)],
          ['Their requests', shareText(requests)],
        ]}
      />
      {isAsked && (
        <ConfirmDialog
          title={`Enforce the schema of ${application}?`}
          button="Enforce it"
          isBusy={change.isPending}
          onConfirm={run}
          onClose={() => ask(false)}
        >
          <p>
            {misfits === 0
              ? 'Nothing of the last day would have been refused.'
              : `${formatCountOf(misfits, 'request')} of the last day did not fit and would have been refused.`}
          </p>
          {mode !== 'enforce' && <p>The application itself only monitors: until it enforces, nothing is refused.</p>}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

const modeCall = (id: string, mode: SchemaVersion['mode']) =>
  ({ method: 'POST', path: schemaPath(id, '/mode'), body: { mode } }) as const;
