import type { SecretDetail, SecretValue } from '@holdfast/contract';
import { useIsFinishing } from '../../../api/pending-change.ts';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { useSearchState } from '../../../state/search.ts';
import { Button } from '../../../ui/Button.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { secretPath, wordOf } from '../calls.ts';
import { RevealDialog } from './RevealDialog.tsx';
import { ShownFields } from './ShownFields.tsx';
import { useShown } from './use-shown.ts';

/** What the secret holds, by the names of its fields; the values only for who says what for. */
export function ValuePanel({ secret }: { readonly secret: SecretDetail }) {
  const { may } = useMe();
  const { search, set } = useSearchState();
  const { value, secondsLeft, show, hide } = useShown<SecretValue>();
  const reveal = useChange<SecretValue>({
    name: `secret.reveal.${wordOf(secret)}`,
    onDone(answer) {
      set({ reveal: null });
      show(answer);
    },
    showsFaults: true,
  });
  const isFinishing = useIsFinishing();
  const asked = isFinishing ? undefined : search['reveal'];
  const version = secret.versions.find((each) => String(each.version) === asked)?.version;
  const mayReveal = may('secret:reveal') && secret.currentVersion !== null;
  return (
    <Panel
      title={value === null ? 'Value' : `Value of version ${value.version}`}
      action={
        value === null ? (
          mayReveal && (
            <span className="flex flex-wrap items-center gap-2">
              <Button onClick={() => set({ reveal: String(secret.currentVersion) })}>Reveal</Button>
              <CopyAsCli words={['secret', 'get', wordOf(secret)]} />
            </span>
          )
        ) : (
          <Button onClick={hide}>Hide</Button>
        )
      }
    >
      {value === null ? <HiddenFields names={secret.fields} /> : <ShownFields data={value.data} secondsLeft={secondsLeft} />}
      {version !== undefined && may('secret:reveal') && (
        <RevealDialog
          secret={secret}
          version={version}
          error={reveal.error}
          isBusy={reveal.isPending}
          onSend={(body) => reveal.run({ method: 'POST', path: secretPath(secret, '/reveal'), body }, `Reveal ${secret.name}`)}
          onClose={() => set({ reveal: null })}
        />
      )}
    </Panel>
  );
}

function HiddenFields({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <p className="text-soft">There is no version that can be read.</p>;
  return (
    <dl className="grid gap-2">
      {names.map((name) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd className="text-soft">
            <span aria-hidden="true">••••••••••••</span>
            <span className="sr-only">hidden</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
