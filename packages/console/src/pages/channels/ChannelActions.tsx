import type { ChannelTest, ChannelView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { SwitchButton } from '../../ui/list/SwitchButton.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { channelPath } from './calls.ts';

export function ChannelActions({ channel }: { readonly channel: ChannelView }) {
  const { id, name, enabled, dead } = channel;
  const [isRemoving, ask] = useState(false);
  const test = useChange<ChannelTest>({
    name: `channels.test.${id}`,
    says: ({ outcome, ms, detail }) => (outcome === 'sent' ? `Sent in ${Math.round(ms)} ms.` : `Not sent: ${detail}`),
  });
  const turn = useChange<ChannelView>({
    name: `channels.switch.${id}`,
    says: (now) => (now.enabled ? `${name} is told.` : `${name} is not told.`),
    undo: () => ({ method: 'PATCH', path: channelPath(id), body: { enabled } }),
  });
  const remove = useChange<null>({ name: `channels.remove.${id}`, says: `${name} is removed.`, onDone: () => ask(false) });
  return (
    <span className="flex flex-wrap gap-1">
      <RowButton
        aria-label={`Test: ${name}`}
        isBusy={test.isPending}
        onClick={() => test.run({ method: 'POST', path: channelPath(id, '/test') }, `Test ${name}`)}
      >
        Test
      </RowButton>
      <SwitchButton
        name={name}
        isOn={enabled}
        isBusy={turn.isPending}
        onSwitch={(next, label) => turn.run({ method: 'PATCH', path: channelPath(id), body: { enabled: next } }, label)}
      />
      <RowButton aria-label={`Remove: ${name}`} onClick={() => ask(true)}>
        Remove
      </RowButton>
      {dead > 0 && <LinkTo to={paths.channels({ show: id })}>{dead} not sent</LinkTo>}
      {isRemoving && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          button="Remove"
          isDanger
          isBusy={remove.isPending}
          onConfirm={() => remove.run({ method: 'DELETE', path: channelPath(id) }, `Remove ${name}`)}
          onClose={() => ask(false)}
        >
          Its secret is forgotten, and what waits for it is not sent.
        </ConfirmDialog>
      )}
    </span>
  );
}
