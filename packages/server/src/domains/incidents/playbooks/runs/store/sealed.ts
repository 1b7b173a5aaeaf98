import type { TableColumn } from '../../../../../platform/keyring/areas/table-area.ts';
import type { Place } from '../../../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../../../platform/keyring/keyring.ts';
import type { Frame, RunState, Visit } from '../machine/state.ts';

const memoryPlace = (id: string): Place => ['incident_run', 'memory', id];
const documentsPlace = (id: string): Place => ['incident_run', 'documents', id];
const visitPlace = (id: string, seq: number | string): Place => ['incident_run_visit', 'visit', id, String(seq)];

/** What lies under the keyring. */
export const sealedInRuns: readonly TableColumn[] = [
  {
    name: 'playbooks: what runs know',
    table: 'incident_run',
    column: 'memory',
    keys: [{ column: 'id' }],
    place: ([id = '']) => memoryPlace(id),
  },
  {
    name: 'playbooks: texts that run',
    table: 'incident_run',
    column: 'documents',
    keys: [{ column: 'id' }],
    place: ([id = '']) => documentsPlace(id),
  },
  {
    name: 'playbooks: steps of runs',
    table: 'incident_run_visit',
    column: 'visit',
    keys: [{ column: 'run' }, { column: 'seq', type: 'bigint' }],
    place: ([id = '', seq = '']) => visitPlace(id, seq),
  },
];

/** Everything of a state but its visits, which have rows of their own. */
interface Memory extends Pick<RunState, 'isSimulation' | 'phase' | 'ends' | 'cancel' | 'outcome'> {
  readonly frames: readonly (Omit<Frame, 'variables'> & { readonly variables: readonly (readonly [string, string | null])[] })[];
  readonly reason: string;
}

export interface Known {
  readonly state: RunState;
  /** Why it was begun. */
  readonly reason: string;
}

export interface RunSeal {
  memory(id: string, known: Known): string;
  /** Without its visits. */
  openMemory(id: string, sealed: string): Known;
  documents(id: string, documents: readonly unknown[]): string;
  openDocuments(id: string, sealed: string): readonly unknown[];
  visit(id: string, visit: Visit): string;
  openVisit(id: string, seq: number, sealed: string): Visit;
}

export function createRunSeal(keyring: Pick<Keyring, 'seal' | 'open'>): RunSeal {
  const seal = (place: Place, value: unknown): string => keyring.seal(Buffer.from(JSON.stringify(value)), place);
  // Everything here was written by `seal` from the type that it is read as, and is authenticated since.
  const open = (place: Place, sealed: string): unknown => JSON.parse(keyring.open(sealed, place).toString('utf8'));
  return {
    memory: (id, known) => seal(memoryPlace(id), writeMemory(known)),
    openMemory: (id, sealed) => readMemory(open(memoryPlace(id), sealed) as Memory),
    documents: (id, documents) => seal(documentsPlace(id), documents),
    openDocuments: (id, sealed) => open(documentsPlace(id), sealed) as readonly unknown[],
    visit: (id, visit) => seal(visitPlace(id, visit.seq), visit),
    openVisit: (id, seq, sealed) => open(visitPlace(id, seq), sealed) as Visit,
  };
}

function writeMemory({ state, reason }: Known): Memory {
  const { isSimulation, phase, ends, cancel, outcome } = state;
  const frames = [...state.frames.values()].map((frame) => ({ ...frame, variables: [...frame.variables] }));
  return { isSimulation, phase, ends, cancel, outcome, frames, reason };
}

function readMemory({ frames, reason, ...rest }: Memory): Known {
  const opened = frames.map((frame) => [frame.id, { ...frame, variables: new Map(frame.variables) }] as const);
  return { state: { ...rest, frames: new Map(opened), visits: new Map() }, reason };
}
