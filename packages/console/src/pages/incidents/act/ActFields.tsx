import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { TextArea } from '../../../ui/fields/TextArea.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { isTimed, needsApplication, SUBJECT_WORDS, type Askable, type Typed } from './typed-action.ts';

interface ActFieldsProps {
  readonly action: Askable;
  readonly typed: Typed;
  readonly applications: readonly string[];
  readonly onType: (typed: Typed) => void;
}

/** What an action takes; the API says what is wrong with it. */
export function ActFields({ action, typed, applications, onType }: ActFieldsProps) {
  const label = SUBJECT_WORDS[action];
  return (
    <>
      {label !== null && (
        <TextField
          label={label}
          value={typed.subject}
          onChange={(subject) => onType({ ...typed, subject })}
          required
          maxLength={256}
        />
      )}
      {needsApplication(action) && (
        <SelectField
          label="Application"
          value={typed.application}
          onChange={(next) => onType({ ...typed, application: next })}
          choices={applications.map((id) => ({ value: id, label: id }))}
        />
      )}
      {action === 'quarantine-route' && (
        <TextField
          label="Route"
          hint="{} stands for one segment, ** at the end for all that follow."
          value={typed.route}
          onChange={(route) => onType({ ...typed, route })}
          required
          maxLength={2048}
        />
      )}
      {action === 'notify' && (
        <TextArea label="Text" value={typed.text} onChange={(text) => onType({ ...typed, text })} maxLength={2000} required />
      )}
      {isTimed(action) && (
        <TextField
          label="For how many minutes"
          hint="Empty: until somebody undoes it."
          type="number"
          min={1}
          value={typed.minutes}
          onChange={(minutes) => onType({ ...typed, minutes })}
        />
      )}
    </>
  );
}
