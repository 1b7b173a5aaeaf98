import type { ClockView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { sayProblem } from '../../../api/words.ts';
import { Callout } from '../../../ui/Callout.tsx';
import { CopyButton } from '../../../ui/copy/CopyButton.tsx';
import { Dialog } from '../../../ui/overlay/Dialog.tsx';
import { noticeQuery } from '../calls.ts';

interface NoticeDialogProps {
  readonly clock: ClockView;
  readonly onClose: () => void;
}

/** A draft as text: people complete it and file it themselves. */
export function NoticeDialog({ clock, onClose }: NoticeDialogProps) {
  const { data, error } = useQuery(noticeQuery(clock.incident, clock.rule));
  return (
    <Dialog title={`Draft: ${clock.title}`} onClose={onClose} isDrawer>
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {data !== undefined && (
        <div className="flex flex-col gap-3">
          {data.missing.length > 0 && (
            <Callout tone="watch" title="Still to be filled in">
              <ul className="list-disc ps-5">
                {data.missing.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </Callout>
          )}
          <CopyButton text={data.markdown} label="Copy the draft" words="Copy" />
          <pre className="rounded-md bg-raised p-3 text-[0.8125rem] whitespace-pre-wrap [overflow-wrap:anywhere]">
            {data.markdown}
          </pre>
        </div>
      )}
    </Dialog>
  );
}
