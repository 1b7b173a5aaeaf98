import { useState } from 'react';
import { GROUP_CHOICES } from '../../api/event-words.ts';
import { faultOf } from '../../api/words.ts';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { MatchFields } from './MatchFields.tsx';
import { commandOf, inputOf, type TypedPatch } from './typed-patch.ts';
import type { useAddPatch } from './use-patch-changes.ts';

const METHODS = ['*', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((value) => ({
  value,
  label: value === '*' ? 'Any method' : value,
}));
const LOCATIONS = ['query', 'form', 'json', 'multipart', 'file-name', 'cookie', 'header', 'path', 'xml', 'text'].map((value) => ({
  value,
  label: value,
}));
const DAYS = [7, 30, 90, 180].map((days) => ({ value: String(days), label: `${days} days` }));

interface PatchDialogProps {
  /** What is known before anything is typed. */
  readonly start: TypedPatch;
  readonly applications: readonly string[];
  readonly change: ReturnType<typeof useAddPatch>;
  readonly onClose: () => void;
}

/** One hole: where it is, what stops a request, and until when. */
export function PatchDialog({ start, applications, change: { add, isPending, error }, onClose }: PatchDialogProps) {
  const [typed, setTyped] = useState(start);
  const type = (change: Partial<TypedPatch>): void => setTyped({ ...typed, ...change });
  const methods = METHODS.some(({ value }) => value === typed.method)
    ? METHODS
    : [...METHODS, { value: typed.method, label: typed.method }];
  return (
    <FormDialog
      title="Patch a hole"
      button="Record what it stops"
      command={commandOf(typed)}
      isBusy={isPending}
      onSubmit={() => add(inputOf(typed))}
      onClose={onClose}
    >
      <p className="text-soft">It records first and refuses nothing. Test it, then let it refuse.</p>
      <SelectField
        label="Application"
        value={typed.application}
        onChange={(application) => type({ application })}
        choices={applications.map((value) => ({ value, label: value }))}
      />
      <SelectField label="Method" value={typed.method} onChange={(method) => type({ method })} choices={methods} />
      <TextField
        label="Route"
        hint="A path; {} stands for one segment: /orders/{}/note"
        value={typed.route}
        onChange={(route) => type({ route })}
        fault={faultOf(error, '/route')}
        required
        maxLength={2048}
      />
      <MatchFields typed={typed} type={type} error={error} groups={GROUP_CHOICES} locations={LOCATIONS} />
      <TextField
        label="Finding (optional)"
        hint="Id of a scanner's finding, or a CVE"
        value={typed.finding}
        onChange={(finding) => type({ finding })}
        fault={faultOf(error, '/finding')}
        maxLength={128}
      />
      <ReasonField value={typed.reason} onChange={(reason) => type({ reason })} fault={faultOf(error, '/reason')} />
      <SelectField label="Ends after" value={typed.days} onChange={(days) => type({ days })} choices={DAYS} />
    </FormDialog>
  );
}
