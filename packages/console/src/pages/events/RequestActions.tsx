import type { BanView, ExceptionFromRequest, ExceptionView, Explanation } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { Button } from '../../ui/Button.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { ExceptionDialog } from './ExceptionDialog.tsx';

const BAN_SECONDS = 3600;

/** What somebody who read the explanation does about it: except what is no attack, or keep whoever did it out. */
export function RequestActions({ explanation }: { readonly explanation: Explanation }) {
  const { may } = useMe();
  const canExcept = may('exception:write') && explanation.proposals.length > 0;
  const canBan = may('ban:write') && explanation.request.address !== null && explanation.findings.length > 0;
  const canPatch = may('patch:write') && explanation.proposals.length > 0;
  if (!canExcept && !canBan && !canPatch) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {canExcept && <MakeException explanation={explanation} />}
      {canPatch && <PatchPlace explanation={explanation} />}
      {canBan && <BanAddress explanation={explanation} />}
    </div>
  );
}

function MakeException({ explanation }: { readonly explanation: Explanation }) {
  const [isOpen, open] = useState(false);
  const change = useChange<{ readonly items: readonly ExceptionView[] }>({
    name: 'events.except',
    onDone: () => open(false),
    says: ({ items }) => (items.length === 1 ? 'The exception is in force.' : `${items.length} exceptions are in force.`),
    undo: ({ items }) => items.map(({ id }) => ({ method: 'DELETE', path: `/exceptions/${id}` })),
    showsFaults: true,
  });
  const make = (body: ExceptionFromRequest): void =>
    change.run({ method: 'POST', path: '/exceptions/from-request', body }, 'Make the exception');
  return (
    <>
      <Button look="main" onClick={() => open(true)}>
        This is no attack
      </Button>
      {isOpen && (
        <ExceptionDialog
          explanation={explanation}
          change={{ isPending: change.isPending, error: change.error, make }}
          onClose={() => open(false)}
        />
      )}
    </>
  );
}

/** It was an attack on a hole: the strongest finding fills the form of a virtual patch. */
function PatchPlace({ explanation: { proposals, requestId } }: { readonly explanation: Explanation }) {
  const [strongest] = proposals;
  if (strongest === undefined) return null;
  const { application, method, route, location, parameter, rule } = strongest;
  const place = { application, method, route, location, parameter, group: rule.split('.', 1)[0] };
  return (
    <LinkTo to={paths.patches({ add: '1', ...place, request: requestId })} className="button">
      Patch this place
    </LinkTo>
  );
}

function BanAddress({ explanation }: { readonly explanation: Explanation }) {
  const [isOpen, open] = useState(false);
  const address = explanation.request.address ?? '';
  const change = useChange<BanView>({
    name: 'events.ban',
    onDone: () => open(false),
    says: ({ prefix }) => `${prefix} is banned for an hour.`,
    undo: ({ prefix }) => [{ method: 'DELETE', path: `/bans/${encodeURIComponent(prefix)}` }],
  });
  const body = { prefix: address, forSeconds: BAN_SECONDS, reason: `request ${explanation.requestId}` };
  return (
    <>
      <Button onClick={() => open(true)}>Ban the address</Button>
      {isOpen && (
        <ConfirmDialog
          title={`Ban ${address}?`}
          button="Ban for an hour"
          isDanger
          isBusy={change.isPending}
          onClose={() => open(false)}
          onConfirm={() => change.run({ method: 'POST', path: '/bans', body }, `Ban ${address}`)}
        >
          <p>
            Nothing from this address reaches any application until then. Addresses on the allow list, and this machine, are never
            banned.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
