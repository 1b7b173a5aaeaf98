import type { PlaybookDetail } from '@holdfast/contract';
import { useMe } from '../../api/queries.ts';
import { badgeFact, Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { PlaybookActions } from './PlaybookActions.tsx';
import { SIGNATURE_TONES, SIGNATURE_WORDS } from './words.ts';

export function PlaybookFacts({ playbook }: { readonly playbook: PlaybookDetail }) {
  const { id, isOn, isShipped, types, labels, signature, steps, modifiedAt, lastRunAt, digest } = playbook;
  const { may } = useMe();
  return (
    <div className="flex min-w-0 flex-col gap-5">
      {may('playbook:write') && (
        <Panel title="What to do">
          <PlaybookActions playbook={playbook} />
        </Panel>
      )}
      <Facts
        items={[
          badgeFact('State', isOn ? 'ok' : 'plain', isOn ? 'On' : 'Off'),
          ['From', isShipped ? 'Holdfast' : 'you'],
          badgeFact('Signature', SIGNATURE_TONES[signature], SIGNATURE_WORDS[signature]),
          ['Types', types.length === 0 ? 'none' : types.join(', ')],
          ['Labels', labels.length === 0 ? 'none' : labels.join(', ')],
          ['Steps', steps],
          ['Changed', <Time key="changed" at={modifiedAt} />],
          ['Last run', lastRunAt === null ? 'never' : <Time key="run" at={lastRunAt} />],
          ['Digest', <code key="digest">{digest}</code>],
          ['Id', <code key="id">{id}</code>],
        ]}
      />
    </div>
  );
}
