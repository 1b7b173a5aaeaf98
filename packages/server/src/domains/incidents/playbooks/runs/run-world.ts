import type { World } from './machine/state.ts';
import type { RunParts } from './run-parts.ts';
import type { RunRow } from './store/tables.ts';

type Reading = Pick<RunParts, 'seal' | 'read'>;
type Texts = Pick<RunRow, 'id' | 'documents'>;

/** The texts that a run began with, whatever became of the playbooks since. Throws where this release reads them otherwise. */
export function worldOf({ seal, read }: Reading, { id, documents }: Texts): World {
  const playbooks = seal.openDocuments(id, documents).map((document) => read(document));
  return { playbooks: new Map(playbooks.map((playbook) => [playbook.id, playbook])) };
}

/** For who looks at a run: what it did is shown also where its text cannot be read any more. */
export function shownWorldOf(parts: Reading & Pick<RunParts, 'log'>, row: Texts): World {
  try {
    return worldOf(parts, row);
  } catch (error) {
    parts.log.warn({ err: error, run: row.id }, 'the text of a run cannot be read any more');
    return { playbooks: new Map() };
  }
}
