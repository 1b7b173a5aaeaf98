import type { RunDetail, RunStep } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { Button } from '../../../ui/Button.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { actionPath, actionQuery, runPath } from '../calls.ts';
import { namesOf } from '../words.ts';
import { AskedAction } from './AskedAction.tsx';

interface WaitingPanelProps {
  readonly run: RunDetail;
  readonly step: RunStep;
}

/** A step that waits for a person: to agree to an action, or to do something themselves. */
export function WaitingPanel({ run, step }: WaitingPanelProps) {
  const { may } = useMe();
  const name = namesOf(run.flow).get(step.step) ?? step.step;
  const mayAnswer = may('incident:approve');
  return (
    <Panel title={`Waits for somebody: ${name}`}>
      <div className="flex max-w-3xl flex-col gap-4">
        {step.action !== null && <AskedAction id={step.action} />}
        {step.question !== null && (
          <>
            <p className="whitespace-pre-line [overflow-wrap:anywhere]">{step.question.text}</p>
            <p className="text-soft">
              Until <Time at={step.question.decideBy} />; then it counts as refused.
            </p>
          </>
        )}
        {!mayAnswer && <p className="text-soft">Somebody whose role may agree decides.</p>}
        {mayAnswer && step.action === null && <ManualForm run={run} step={step} />}
        {mayAnswer && step.action !== null && <ApprovalForm id={step.action} />}
      </div>
    </Panel>
  );
}

function ManualForm({ run, step }: WaitingPanelProps) {
  const answer = useChange<RunDetail>({
    name: `runs.answer.${run.id}.${step.id}`,
    says: 'The answer is kept.',
    showsFaults: true,
  });
  const asked = step.question?.variables ?? [];
  const [values, setValues] = useState<ReadonlyMap<string, string>>(new Map());
  // What is left empty is not said.
  const said = [...values].filter(([, value]) => value !== '');
  const given = said.flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const send = (isDone: boolean, reason: string): void =>
    answer.run(
      {
        method: 'POST',
        path: runPath(run.id, `/steps/${encodeURIComponent(step.id)}/answer`),
        body: isDone ? { answer: 'done', reason, variables: Object.fromEntries(said) } : { answer: 'refused', reason },
      },
      isDone ? 'Mark the step as done' : 'Refuse the step',
    );
  return (
    <Deciding
      yes="Mark as done"
      no="Not done"
      error={answer.error}
      isBusy={answer.isPending}
      command={(reason) => ['playbook', 'answer', run.id, step.id, ...given, '--reason', reason]}
      onDecide={send}
    >
      {asked.map(({ name, type, description }) => (
        <TextField
          key={name}
          label={name}
          hint={description === '' ? `Of type ${type}; may be left empty.` : description}
          value={values.get(name) ?? ''}
          onChange={(value) => setValues((before) => new Map(before).set(name, value))}
          maxLength={4000}
          fault={faultOf(answer.error, `/variables/${name}`)}
        />
      ))}
    </Deciding>
  );
}

function ApprovalForm({ id }: { readonly id: string }) {
  const { data: action } = useQuery(actionQuery(id));
  const decide = useChange<unknown>({ name: `actions.decide.${id}`, says: 'The decision is kept.', showsFaults: true });
  if (action === undefined || action.state !== 'waiting') return null;
  return (
    <Deciding
      yes="Approve"
      no="Refuse"
      error={decide.error}
      isBusy={decide.isPending}
      command={(reason) => ['action', 'approve', id, '--reason', reason]}
      onDecide={(isYes, reason) =>
        decide.run(
          { method: 'POST', path: actionPath(id, isYes ? '/approve' : '/refuse'), body: { reason } },
          isYes ? 'Approve the action' : 'Refuse the action',
        )
      }
    />
  );
}

interface DecidingProps {
  readonly yes: string;
  readonly no: string;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly command: (reason: string) => readonly string[];
  readonly onDecide: (isYes: boolean, reason: string) => void;
  /** What else is asked for. */
  readonly children?: ReactNode;
}

function Deciding({ yes, no, error, isBusy, command, onDecide, children }: DecidingProps) {
  const [reason, setReason] = useState('');
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        // Both buttons send the form, so that the browser asks for the reason first.
        const { submitter } = event.nativeEvent;
        onDecide(submitter?.getAttribute('value') === 'yes', reason);
      }}
    >
      {children}
      <ReasonField value={reason} onChange={setReason} fault={faultOf(error, '/reason')} />
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main" type="submit" value="yes" isBusy={isBusy}>
          {yes}
        </Button>
        <Button look="danger" type="submit" value="no" isBusy={isBusy}>
          {no}
        </Button>
        <CopyAsCli words={command(reason)} />
      </div>
    </form>
  );
}
