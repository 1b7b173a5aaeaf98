import type { BulkRouteView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { BULK_PATH } from './calls.ts';

export function BulkRouteDialog({ onClose }: { readonly onClose: () => void }) {
  const [application, setApplication] = useState('');
  const [route, setRoute] = useState('');
  const [reason, setReason] = useState('');
  const change = useChange<BulkRouteView>({
    name: 'bulk.add',
    says: 'What comes from it is no unusual volume.',
    undo: ({ id }) => ({ method: 'DELETE', path: `${BULK_PATH}/${encodeURIComponent(id)}` }),
    onDone: onClose,
    showsFaults: true,
  });
  return (
    <FormDialog
      title="A route for bulk"
      button="Mark it"
      command={['detect', 'bulk', 'add', application, route, '--reason', reason]}
      isBusy={change.isPending}
      isBlocked={application === '' || route === ''}
      onSubmit={() => change.run({ method: 'POST', path: BULK_PATH, body: { application, route, reason } }, `Mark ${route}`)}
      onClose={onClose}
    >
      <p className="text-soft">Much may be fetched of it. Whoever uses it to carry data away is not told of by its volume.</p>
      <TextField
        label="Application"
        hint="Its id"
        value={application}
        onChange={setApplication}
        fault={faultOf(change.error, '/application')}
      />
      <TextField
        label="Route"
        hint="As events name it: /export/{}; /export/* is everything below"
        value={route}
        onChange={setRoute}
        fault={faultOf(change.error, '/route')}
      />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
