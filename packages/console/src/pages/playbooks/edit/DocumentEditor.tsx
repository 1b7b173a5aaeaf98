import type { FlowStep, PlaybookCheck, PlaybookDetail } from '@holdfast/contract';
import { useRef, useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { sayProblem } from '../../../api/words.ts';
import { formatCountOf } from '../../../state/format.ts';
import { Button } from '../../../ui/Button.tsx';
import { Callout } from '../../../ui/Callout.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { CodeArea, type CodeAreaHandle } from '../../../ui/fields/CodeArea.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { putPlaybook, type Kept } from '../calls.ts';
import { FlowView } from '../flow/FlowView.tsx';
import { ChooseFile } from './ChooseFile.tsx';
import { FaultList } from './FaultList.tsx';
import { lineAt } from './json-lines.ts';
import { useCheck, type Checked } from './use-check.ts';

interface DocumentEditorProps {
  readonly title: string;
  /** The text that is kept now, and whose it is; empty and null for a new one. */
  readonly kept: string;
  readonly of: Kept | null;
  readonly onKept: (playbook: PlaybookDetail) => void;
}

const FILE = 'playbook.json';

/** A document as text, what is wrong with it, and its flow: all three change while it is typed. */
export function DocumentEditor({ title, kept, of, onKept }: DocumentEditorProps) {
  const { may } = useMe();
  const area = useRef<CodeAreaHandle>(null);
  const [text, setText] = useState(kept);
  const checked = useCheck(text);
  const { check, lines, isJson } = checked;
  const keep = useChange<PlaybookDetail>({ name: 'playbooks.put', says: ({ name }) => `${name} is kept.`, onDone: onKept });
  const isEmpty = text.trim() === '';
  const canKeep = checked.isCurrent && check?.ok === true && text !== kept;
  const marked = new Set((isJson ? (check?.faults ?? []) : []).map(({ pointer }) => lineAt(lines, pointer)));
  return (
    <div className="flex flex-col gap-5">
      <Panel title={title} action={<CopyAsCli words={['playbook', 'check', FILE]} />}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (canKeep) keep.run(putPlaybook(checked.document, of), 'Keep the playbook');
          }}
        >
          {may('playbook:write') && <ChooseFile onRead={setText} />}
          <CodeArea
            ref={area}
            label="CACAO 2.0 document (JSON)"
            hint="Checked while you type. Nothing is kept before it is right and you say so."
            value={text}
            onChange={setText}
            readOnly={!may('playbook:write')}
            rows={20}
            marked={marked}
          />
          <div role="status">{!isEmpty && <Verdict checked={checked} onGoTo={(line) => area.current?.goTo(line)} />}</div>
          {may('playbook:write') && (
            <div className="flex flex-wrap items-center gap-2">
              <Button look="main" type="submit" isBusy={keep.isPending} disabled={!canKeep}>
                Keep it
              </Button>
              <Button disabled={text === kept} onClick={() => setText(kept)}>
                As it was
              </Button>
              <CopyAsCli words={['playbook', 'add', FILE]} />
            </div>
          )}
        </form>
      </Panel>
      {!isEmpty && <Preview check={check} />}
    </div>
  );
}

/** The flow of what is typed; while something is wrong it stays as it was last. */
function Preview({ check }: { readonly check: PlaybookCheck | undefined }) {
  const [drawn, draw] = useState<readonly FlowStep[]>([]);
  const [selected, select] = useState<string | null>(null);
  if (check !== undefined && check.flow.length > 0 && check.flow !== drawn) draw(check.flow);
  if (drawn.length === 0) return null;
  const title = check?.flow === drawn ? 'As it would run' : 'As it was before the errors';
  return <FlowView title={title} steps={drawn} selected={selected} onSelect={select} />;
}

function Verdict({ checked, onGoTo }: { readonly checked: Checked; readonly onGoTo: (line: number) => void }) {
  const { isJson, check, isCurrent, lines, error } = checked;
  if (!isJson) return <Callout tone="stop">This is not JSON yet.</Callout>;
  if (error !== null && !isCurrent) return <Callout tone="stop">{sayProblem(error).text}</Callout>;
  if (check === undefined) return null;
  return (
    <div className="flex flex-col gap-2">
      {check.ok && isCurrent && <Right check={check} />}
      <FaultList faults={check.faults} lines={lines} onGoTo={onGoTo} />
    </div>
  );
}

const Right = ({ check: { flow, variables } }: { readonly check: PlaybookCheck }) => (
  <Callout tone="ok" title="It can be kept">
    {formatCountOf(flow.length, 'step')}, {formatCountOf(variables.length, 'variable')}.
  </Callout>
);
