/** A record as far as it says what it is about; personal fields are of no matter here. */
export interface LedgerRecord {
  readonly index: number;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Newest first, since a moment, bounded; `types` as queries of the ledger take them. */
export type ReadRecords = (query: { readonly types: string; readonly sinceMs: number }) => Promise<readonly LedgerRecord[]>;

/** What actions and playbooks leave in the ledger. */
export const RESPONSE_RECORDS = 'response.,playbook.';

const part = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Names one thing that was recorded, so that whoever shows it finds its record; null = another kind of record. */
export function recordKey({ type, payload }: Pick<LedgerRecord, 'type' | 'payload'>): string | null {
  const { action, decision, state, run, step, round } = payload;
  switch (type) {
    case 'response.action-asked':
      return keyOfAction(part(action), 'asked');
    case 'response.action-decided':
      return keyOfAction(part(action), part(decision));
    case 'response.action-settled':
      return keyOfAction(part(action), part(state));
    case 'playbook.started':
      return keyOfRun(part(run), 'began');
    case 'playbook.ended':
      return keyOfRun(part(run), 'ended');
    case 'playbook.step':
      return keyOfStep(part(run), { step: part(step), round: part(round), state: part(state) });
    default:
      return null;
  }
}

/** An action that was asked for again was asked for. */
export const keyOfAction = (action: string, what: string): string => `${action} ${what === 'redone' ? 'asked' : what}`;
export const keyOfRun = (run: string, what: 'began' | 'ended'): string => `${run} ${what}`;
export const keyOfStep = (
  run: string,
  { step, round, state }: { readonly step: string; readonly round: string | number; readonly state: string },
): string => `${run} ${step} ${round} ${state}`;

/**
 * Places of records by their keys. What was recorded several times under one key, as an action that was done again, is given out from the
 * newest on.
 */
export class LedgerPlaces {
  readonly #places = new Map<string, number[]>();

  constructor(records: readonly LedgerRecord[]) {
    for (const record of records) {
      const key = recordKey(record);
      if (key === null) continue;
      const places = this.#places.get(key);
      if (places === undefined) this.#places.set(key, [record.index]);
      else places.push(record.index);
    }
  }

  /** Asked for the newest entry first. */
  take(key: string): number | null {
    return this.#places.get(key)?.shift() ?? null;
  }
}
