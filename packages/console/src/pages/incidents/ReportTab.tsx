import type { IncidentReport } from '@holdfast/contract';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { CopyButton } from '../../ui/copy/CopyButton.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useReport } from './use-incident-changes.ts';

/** The report is made from what is recorded; the place of each record in the ledger stands beside it. */
export function ReportTab({ id }: { readonly id: string }) {
  const [report, show] = useState<IncidentReport | null>(null);
  const { make, isBusy } = useReport(id, show);
  const button = (
    <Button look="main" isBusy={isBusy} onClick={make}>
      Make the report
    </Button>
  );
  if (report === null)
    return (
      <Panel>
        <EmptyState
          title="What happened, in writing"
          text="Timeline, actions, clocks and lessons, each with its record in the ledger."
          action={button}
        />
      </Panel>
    );
  return (
    <Panel
      title="Report"
      action={
        <span className="flex gap-2">
          <CopyAsCli words={['incident', 'report', id]} />
          <CopyButton text={report.markdown} label="Copy the report" words="Copy" />
        </span>
      }
    >
      <p className="mb-3 text-soft">Provable up to record {report.ledgerSize}.</p>
      <pre className="rounded-md bg-raised p-3 text-[0.8125rem] whitespace-pre-wrap [overflow-wrap:anywhere]">
        {report.markdown}
      </pre>
    </Panel>
  );
}
