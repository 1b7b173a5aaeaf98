import { controlEvents, type EventRecord } from '@holdfast/contract';
import { ERASED, subjectOf } from '../../detection/index.ts';
import { changing, type CaseChange, type CaseParts } from './case-parts.ts';
import type { CaseRow } from './tables.ts';

export function erasedSubject({ type, payload: { subject } }: EventRecord): string | null {
  return type === controlEvents.subjectErased.type && typeof subject === 'string' ? subject : null;
}

const VALUE_CHARS_MIN = 3;

/** Wherever the value stands, in whatever case. No pattern is made of it. */
export function without(text: string, value: string): string {
  if (value.length < VALUE_CHARS_MIN) return text;
  const [lower, wanted] = [text.toLowerCase(), value.toLowerCase()];
  // Of some letters the lower case is longer: places would not fit.
  if (lower.length !== text.length) return text.includes(value) ? text.replaceAll(value, () => ERASED) : text;
  let kept = '';
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    kept += text.slice(from, at) + ERASED;
    from = at + wanted.length;
  }
  return kept + text.slice(from);
}

/**
 * An erased subject is taken out of who an incident is about, and their name out of what was written. That there was an incident,
 * what was done and the hashes stay: GDPR Art. 33(5) asks for that record.
 */
export async function forgetInCases(parts: CaseParts, subject: string): Promise<void> {
  await changing(parts, async (change) => {
    const rows = await change.tx
      .selectFrom('incidents_case_entity as named')
      .innerJoin('incidents_case as incident', 'incident.id', 'named.incident')
      .selectAll('incident')
      .where('named.entity', '=', subject)
      .forUpdate()
      .execute();
    for (const row of rows) await forgetInCase(parts, change, { row, subject });
    await change.tx.deleteFrom('incidents_case_entity').where('entity', '=', subject).execute();
  });
}

interface Forgetting {
  readonly row: CaseRow;
  readonly subject: string;
}

async function forgetInCase(parts: CaseParts, { tx }: CaseChange, { row, subject }: Forgetting): Promise<void> {
  const { seal } = parts;
  const words = seal.openWords(row.id, row.words);
  const isErased = (entity: Parameters<typeof subjectOf>[0]): boolean => parts.pseudonym(subjectOf(entity)) === subject;
  const values = words.entities.filter(isErased).map(({ value }) => value);
  const clear = (text: string): string => values.reduce((left, value) => without(left, value), text);
  const kept = {
    title: clear(words.title),
    summary: clear(words.summary),
    entities: words.entities.map((entity) => (isErased(entity) ? { ...entity, value: ERASED } : entity)),
  };
  await tx
    .updateTable('incidents_case')
    .set({ words: seal.words(row.id, kept) })
    .where('id', '=', row.id)
    .execute();
  const entries = await tx.selectFrom('incidents_case_entry').selectAll().where('incident', '=', row.id).execute();
  for (const { seq, words: sealed } of entries) {
    if (sealed === null) continue;
    const { title, detail } = seal.openEntry(seq, sealed);
    const anew = { title: clear(title), detail: detail === null ? null : clear(detail) };
    await tx
      .updateTable('incidents_case_entry')
      .set({ words: seal.entry(seq, anew) })
      .where('seq', '=', seq)
      .execute();
  }
  const tasks = await tx.selectFrom('incidents_case_task').select(['id', 'title']).where('incident', '=', row.id).execute();
  for (const { id, title } of tasks) {
    await tx
      .updateTable('incidents_case_task')
      .set({ title: seal.text('title', id, clear(seal.openText('title', id, title))) })
      .where('id', '=', id)
      .execute();
  }
}
