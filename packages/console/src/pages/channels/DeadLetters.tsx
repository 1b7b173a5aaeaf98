import type { ChannelView, DeadLetterView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { sayProblem } from '../../api/words.ts';
import { paths } from '../../state/paths.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Time } from '../../ui/Time.tsx';
import { channelPath, lettersQuery } from './calls.ts';

interface DeadLettersProps {
  readonly channel: ChannelView;
  readonly onClose: () => void;
}

/** What could not be told after all its tries. */
export function DeadLetters({ channel, onClose }: DeadLettersProps) {
  const { data, error } = useQuery(lettersQuery(channel.id));
  return (
    <Dialog title={`Not sent: ${channel.name}`} onClose={onClose} isDrawer>
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {error === null && data === undefined && <Skeleton rows={4} />}
      {data?.items.length === 0 && <p className="text-soft">Everything was sent.</p>}
      <ul className="flex flex-col gap-3">
        {data?.items.map((letter) => (
          <Letter key={letter.id} letter={letter} />
        ))}
      </ul>
    </Dialog>
  );
}

function Letter({ letter }: { readonly letter: DeadLetterView }) {
  const { id, channel, alert, title, tries, lastTriedAt, trouble } = letter;
  const { may } = useMe();
  const resend = useChange<null>({ name: `channels.resend.${id}`, says: 'It is tried again.' });
  return (
    <li className="border-b border-line pb-3 last:border-b-0">
      <p>{alert === null ? title : <LinkTo to={paths.alert(alert)}>{title}</LinkTo>}</p>
      <p className="text-soft">
        {trouble} Tried {tries} times, last <Time at={lastTriedAt} isRelative />.
      </p>
      {may('channel:write') && (
        <Button
          isBusy={resend.isPending}
          onClick={() =>
            resend.run({ method: 'POST', path: channelPath(channel, `/dead-letters/${id}/resend`) }, 'Send it again')
          }
        >
          Send again
        </Button>
      )}
    </li>
  );
}
