import type { Answered, Detection, Entity, Evidence } from '@holdfast/contract';
import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import type { Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';

/** What a list shows of whom it is about. */
export interface Summary {
  readonly entity: Entity;
  readonly reason: string;
  readonly answered: readonly Answered[];
}

export interface HashedEvidence extends Evidence {
  /** Null = the event was known no longer. */
  readonly hash: string | null;
}

export interface Details extends Pick<Detection, 'figures' | 'events'> {
  readonly entities: readonly Entity[];
  readonly attacks: readonly string[];
  /** Oldest first. */
  readonly evidence: readonly HashedEvidence[];
  /** Digests of the detections that count already, newest last. */
  readonly seen: readonly string[];
  /** The record that opened it. */
  readonly opened: { readonly event: string; readonly time: number };
}

type Column = Pick<TableColumn, 'name' | 'table' | 'column'> & { readonly key?: TableColumn['keys'][number] };

const column = ({ key = { column: 'id' }, ...at }: Column): TableColumn => ({
  ...at,
  keys: [key],
  place: ([id = '']) => [at.table, at.column, id],
});

/** What lies under the keyring. */
export const sealedInAlerts: readonly TableColumn[] = [
  column({ name: 'alerts: whom they are about', table: 'detection_alert', column: 'summary' }),
  column({ name: 'alerts: what was seen', table: 'detection_alert', column: 'details' }),
  column({
    name: 'alerts: notes',
    table: 'detection_alert_step',
    column: 'detail',
    key: { column: 'seq', type: 'bigint' },
  }),
  column({ name: 'alerts: who gathers risk', table: 'detection_risk', column: 'sealed', key: { column: 'entity' } }),
  column({ name: 'alerts: who is not told of', table: 'detection_suppression', column: 'sealed' }),
];

export interface AlertSeal {
  summary(id: string, summary: Summary): string;
  openSummary(id: string, sealed: string): Summary;
  details(id: string, details: Details): string;
  openDetails(id: string, sealed: string): Details;
  note(seq: number, text: string): string;
  openNote(seq: number, sealed: string): string;
  entity(table: 'detection_risk' | 'detection_suppression', key: string, entity: Entity): string;
  openEntity(table: 'detection_risk' | 'detection_suppression', key: string, sealed: string): Entity;
}

export function createAlertSeal(keyring: Pick<Keyring, 'seal' | 'open'>): AlertSeal {
  const seal = (place: Place, value: unknown): string => keyring.seal(Buffer.from(JSON.stringify(value)), place);
  // Everything here was written by `seal` from the type that it is read as, and is authenticated since.
  const open = (place: Place, sealed: string): unknown => JSON.parse(keyring.open(sealed, place).toString('utf8'));
  const summaryPlace = (id: string): Place => ['detection_alert', 'summary', id];
  const detailsPlace = (id: string): Place => ['detection_alert', 'details', id];
  const notePlace = (seq: number): Place => ['detection_alert_step', 'detail', String(seq)];
  return {
    summary: (id, summary) => seal(summaryPlace(id), summary),
    openSummary: (id, sealed) => open(summaryPlace(id), sealed) as Summary,
    details: (id, details) => seal(detailsPlace(id), details),
    openDetails: (id, sealed) => open(detailsPlace(id), sealed) as Details,
    note: (seq, text) => seal(notePlace(seq), text),
    openNote: (seq, sealed) => open(notePlace(seq), sealed) as string,
    entity: (table, key, entity) => seal([table, 'sealed', key], entity),
    openEntity: (table, key, sealed) => open([table, 'sealed', key], sealed) as Entity,
  };
}
