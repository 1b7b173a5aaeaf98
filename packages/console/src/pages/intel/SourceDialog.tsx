import type { IntelSourceView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { sourcePath } from './calls.ts';
import { SourceFields } from './SourceFields.tsx';
import { NOTHING_TYPED, sourceOf } from './typed-source.ts';

export function SourceDialog({ onClose }: { readonly onClose: () => void }) {
  const [typed, type] = useState(NOTHING_TYPED);
  const { name, format, url, action } = typed;
  const add = useChange<IntelSourceView>({
    name: 'intel.add',
    says: (source) => source.trouble ?? `${source.name} is read from now on.`,
    undo: ({ id }) => ({ method: 'DELETE', path: sourcePath(id) }),
    onDone: onClose,
    showsFaults: true,
  });
  return (
    <FormDialog
      title="Add a source"
      button="Add"
      command={['intel', 'add', name, '--format', format, '--url', url, '--action', action]}
      isBusy={add.isPending}
      onSubmit={() => add.run({ method: 'POST', path: '/intel/sources', body: sourceOf(typed) }, `Add ${name}`)}
      onClose={onClose}
    >
      <SourceFields typed={typed} onType={type} error={add.error} />
    </FormDialog>
  );
}
