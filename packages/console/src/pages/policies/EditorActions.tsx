import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { setPath } from './calls.ts';

interface EditorActionsProps {
  readonly set: string;
  readonly text: string;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly isChanged: boolean;
  readonly isAccepting: boolean;
  readonly isChecking: boolean;
  readonly onCheck: () => void;
}

/** Check, keep, put in force: in the order in which they are dangerous. */
export function EditorActions(props: EditorActionsProps) {
  const { set, text, reason, onReason, isChanged, isAccepting, isChecking, onCheck } = props;
  const save = useChange<unknown>({ name: 'policy.draft', says: 'The draft is kept. Nothing changed for anybody.' });
  return (
    <>
      <TextField label="Reason (optional)" value={reason} onChange={onReason} maxLength={500} />
      <div className="flex flex-wrap items-center gap-2">
        <Button isBusy={isChecking} onClick={onCheck}>
          Check
        </Button>
        <Button
          isBusy={save.isPending}
          onClick={() => save.run({ method: 'PUT', path: setPath(set, '/draft'), body: { text } }, 'Keep the draft')}
        >
          Keep as a draft
        </Button>
        <Button look="main" type="submit" isBusy={isAccepting} disabled={!isChanged}>
          Put in force
        </Button>
        <CopyAsCli words={['policy', 'accept', set, '--file', `${set}.cedar`]} />
      </div>
    </>
  );
}
