import type { BackupSchedule } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf, sayProblem } from '../../api/words.ts';
import { Callout } from '../../ui/Callout.tsx';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';

interface ScheduleDialogProps {
  readonly schedule: BackupSchedule;
  readonly onClose: () => void;
}

const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

export function ScheduleDialog({ schedule, onClose }: ScheduleDialogProps) {
  const [hours, setHours] = useState(schedule.everyHours === null ? '' : String(schedule.everyHours));
  const [days, setDays] = useState(schedule.drillDays === null ? '' : String(schedule.drillDays));
  const [keep, setKeep] = useState(String(schedule.keep));
  const [folder, setFolder] = useState(schedule.folder);
  const [recipients, setRecipients] = useState(schedule.recipients.join('\n'));
  const set = useChange<BackupSchedule>({
    name: 'recovery.schedule',
    says: 'The schedule is kept.',
    undo: () => ({ method: 'PUT', path: '/recovery/schedule', body: schedule }),
    onDone: onClose,
    showsFaults: true,
  });
  const body: BackupSchedule = {
    everyHours: numberOf(hours),
    drillDays: numberOf(days),
    keep: Number(keep),
    folder,
    drillSeverity: schedule.drillSeverity,
    recipients: recipients.split(/\s+/u).filter((one) => one.length > 0),
  };
  return (
    <FormDialog
      title="Schedule of backups"
      button="Keep"
      isBusy={set.isPending}
      onSubmit={() => set.run({ method: 'PUT', path: '/recovery/schedule', body }, 'Keep the schedule')}
      onClose={onClose}
    >
      <TextField
        label="Every how many hours"
        hint="Empty: never by themselves."
        type="number"
        min={1}
        value={hours}
        onChange={setHours}
      />
      <TextField label="How many are kept" type="number" min={1} max={1000} value={keep} onChange={setKeep} required />
      <TextField
        label="Folder"
        hint="On this host; best on another disk."
        value={folder}
        onChange={setFolder}
        required
        maxLength={4096}
        fault={faultOf(set.error, '/folder')}
      />
      <TextArea
        label="Who can open them"
        hint="Public keys of age, one in each line: age1…"
        value={recipients}
        onChange={setRecipients}
        maxLength={4000}
      />
      <TextField
        label="Restore one on trial every how many days"
        hint="Empty: never by itself."
        type="number"
        min={1}
        value={days}
        onChange={setDays}
      />
      {set.error !== null && <Callout tone="stop">{sayProblem(set.error).text}</Callout>}
    </FormDialog>
  );
}
