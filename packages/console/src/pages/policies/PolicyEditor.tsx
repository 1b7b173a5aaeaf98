import type { PolicyAccept, PolicyCheck, PolicyStatus, PolicyVersion } from '@holdfast/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { write } from '../../api/client.ts';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { sayProblem } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { EditorActions } from './EditorActions.tsx';
import { FaultList } from './FaultList.tsx';
import { policyTextQuery, setPath } from './calls.ts';
import { exampleFor } from './words.ts';

/** The text in force or the draft, to be changed, checked and accepted. */
export function PolicyEditor({ status }: { readonly status: PolicyStatus }) {
  const { set, inForce, draft } = status;
  const { data } = useQuery({ ...policyTextQuery(set, inForce?.version ?? 0), enabled: inForce !== null });
  if (inForce !== null && data === undefined) return null;
  const text = draft?.text ?? data?.text ?? '';
  return <Editor key={`${inForce?.version ?? 0}-${draft?.digest ?? ''}`} status={status} kept={text} />;
}

function Editor({ status: { set, inForce, draft }, kept }: { readonly status: PolicyStatus; readonly kept: string }) {
  const { may } = useMe();
  const [text, setText] = useState(kept);
  const [reason, setReason] = useState('');
  const canChange = may('policy:write');
  const check = useMutation({
    mutationFn: async () => write<PolicyCheck>({ method: 'POST', path: setPath(set, '/check'), body: { text } }),
  });
  const accept = useChange<PolicyVersion>({
    name: 'policy.accept',
    says: ({ version }) => `Version ${version} is in force.`,
    undo: () => ({ method: 'POST', path: setPath(set, '/rollback'), body: {} }),
  });
  const body: PolicyAccept = { text, basedOn: inForce?.version ?? 0, ...(reason === '' ? {} : { reason }) };
  const isChanged = text !== kept || draft !== null;
  return (
    <Panel>
      {draft !== null && (
        <div className="mb-3">
          <Callout>This is a draft of {draft.savedBy}. What is in force is under Versions.</Callout>
        </div>
      )}
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          accept.run({ method: 'POST', path: setPath(set, '/accept'), body }, `Put the policies of ${set} in force`);
        }}
      >
        <TextArea
          label="Policies (Cedar)"
          hint="Without any policy, whoever is signed in may come in. With one, everything is refused that none permits."
          value={text}
          onChange={setText}
          readOnly={!canChange}
          rows={18}
          spellCheck={false}
          className="font-mono text-[0.875rem] leading-relaxed"
        />
        {text === '' && canChange && (
          <div>
            <Button onClick={() => setText(exampleFor(set))}>Begin with an example</Button>
          </div>
        )}
        {check.data !== undefined && <FaultList check={check.data} />}
        {check.error !== null && <Callout tone="stop">{sayProblem(check.error).text}</Callout>}
        {canChange && (
          <EditorActions
            {...{ set, text, reason, isChanged, isAccepting: accept.isPending }}
            onReason={setReason}
            isChecking={check.isPending}
            onCheck={() => check.mutate()}
          />
        )}
      </form>
    </Panel>
  );
}
