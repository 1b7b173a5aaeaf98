import type { AlertDetail, AlertView, SuppressionView } from '@holdfast/contract';
import { useChange } from '../../api/use-change.ts';
import { alertPath } from './calls.ts';

const UNDONE = { reason: 'undone in the console' };

/** What can be done with an alert; what ends something can be taken back. */
export function useAlertChanges(alert: Pick<AlertView, 'id' | 'revision'>) {
  const { id, revision } = alert;
  const reopen = { method: 'POST', path: alertPath(id, '/reopen'), body: UNDONE } as const;
  const acknowledge = useChange<AlertDetail>({ name: 'alerts.acknowledge', says: 'You look at it now.' });
  const assign = useChange<AlertDetail>({ name: 'alerts.assign', says: 'It is yours.' });
  const note = useChange<AlertDetail>({ name: 'alerts.note', says: 'The note is kept.' });
  const close = useChange<AlertDetail>({ name: 'alerts.close', says: 'The alert is closed.', undo: () => reopen });
  const reopening = useChange<AlertDetail>({ name: 'alerts.reopen', says: 'The alert is open again.' });
  const suppress = useChange<SuppressionView>({
    name: 'alerts.suppress',
    says: 'Such alerts are kept, and not told.',
    undo: (made) => ({ method: 'DELETE', path: `/alerts/suppressions/${encodeURIComponent(made.id)}` }),
  });
  const post = (rest: string, body: unknown) => ({ method: 'POST', path: alertPath(id, rest), body, revision }) as const;
  return {
    isBusy: [acknowledge, assign, note, close, reopening, suppress].some(({ isPending }) => isPending),
    acknowledge: () => acknowledge.run(post('/acknowledge', {}), 'Look at the alert'),
    assign: (assignee: string | null) => assign.run(post('/assign', { assignee }), 'Take the alert'),
    note: (text: string) => note.run(post('/note', { text }), 'Keep the note'),
    close: (verdict: NonNullable<AlertView['verdict']>, reason: string) =>
      close.run(post('/close', { verdict, reason }), 'Close the alert'),
    reopen: (reason: string) => reopening.run(post('/reopen', reason === '' ? {} : { reason }), 'Open the alert again'),
    suppress: (body: unknown) => suppress.run({ method: 'POST', path: '/alerts/suppressions', body }, 'Do not tell such alerts'),
  };
}
export type AlertChanges = ReturnType<typeof useAlertChanges>;
