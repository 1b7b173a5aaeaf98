import type { PersonLink, PersonView } from '@holdfast/contract';
import type { Context } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { formatTable, formatTime } from '../terminal/table.ts';

const COLUMNS = [
  { title: 'NAME', value: (row: PersonView) => row.name },
  { title: 'ROLE', value: (row: PersonView) => row.role ?? '-' },
  { title: 'STATUS', value: (row: PersonView) => row.status },
  { title: 'LAST SIGN-IN', value: (row: PersonView) => formatTime(row.lastSignedInAt) },
  { title: 'ID', value: (row: PersonView) => row.id },
];

export const peopleTable = (people: readonly PersonView[], empty: string): string => formatTable(people, COLUMNS, empty);

/** The link alone on stdout; what it is for beside it. */
export function linkOutcome(context: Context, issued: PersonLink | Omit<PersonLink, 'person'>, what: string): Outcome {
  context.output.note(`${what}; works once, until ${formatTime(issued.expiresAt)}, and is not shown again`);
  return { data: issued, text: `${issued.link}\n` };
}
