import type { Entity } from '@holdfast/contract';
import { createSecretKey, randomBytes } from 'node:crypto';
import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import { openBytes, sealBytes, type Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';

export interface CaseWords {
  readonly title: string;
  readonly summary: string;
  readonly entities: readonly Entity[];
}

export interface EntryWords {
  readonly title: string;
  readonly detail: string | null;
}

type Column = Pick<TableColumn, 'name' | 'table' | 'column'> & { readonly key?: TableColumn['keys'][number] };

const column = ({ key = { column: 'id' }, ...at }: Column): TableColumn => ({
  ...at,
  keys: [key],
  place: ([id = '']) => [at.table, at.column, id],
});

/** What lies under the keyring. A file lies under a key of its own, so that a change of keys reads no files. */
export const sealedInCases: readonly TableColumn[] = [
  column({ name: 'incidents: what they are about', table: 'incidents_case', column: 'words' }),
  column({
    name: 'incidents: notes and steps',
    table: 'incidents_case_entry',
    column: 'words',
    key: { column: 'seq', type: 'bigint' },
  }),
  column({ name: 'incidents: keys of files', table: 'incidents_case_file', column: 'data_key' }),
  column({ name: 'incidents: names of files', table: 'incidents_case_file', column: 'name' }),
  column({ name: 'incidents: tasks', table: 'incidents_case_task', column: 'title' }),
];

type Texts = 'name' | 'title';
const FILE_KEY_BYTES = 32;

export interface CaseSeal {
  words(id: string, words: CaseWords): string;
  openWords(id: string, sealed: string): CaseWords;
  entry(seq: number, words: EntryWords): string;
  openEntry(seq: number, sealed: string): EntryWords;
  text(column: Texts, id: string, text: string): string;
  openText(column: Texts, id: string, sealed: string): string;
  file(id: string, bytes: Uint8Array): { readonly key: string; readonly content: Buffer };
  openFile(id: string, key: string, content: Uint8Array): Buffer;
}

export function createCaseSeal(keyring: Pick<Keyring, 'seal' | 'open'>): CaseSeal {
  const seal = (place: Place, value: unknown): string => keyring.seal(Buffer.from(JSON.stringify(value)), place);
  // Everything here was written by `seal` from the type that it is read as, and is authenticated since.
  const open = (place: Place, sealed: string): unknown => JSON.parse(keyring.open(sealed, place).toString('utf8'));
  const wordsPlace = (id: string): Place => ['incidents_case', 'words', id];
  const entryPlace = (seq: number): Place => ['incidents_case_entry', 'words', String(seq)];
  const textPlace = (name: Texts, id: string): Place =>
    name === 'name' ? ['incidents_case_file', 'name', id] : ['incidents_case_task', 'title', id];
  const keyPlace = (id: string): Place => ['incidents_case_file', 'data_key', id];
  const contentOf = (id: string) => ({ keyId: 'file', place: ['incidents_case_file', 'content', id] });
  return {
    words: (id, words) => seal(wordsPlace(id), words),
    openWords: (id, sealed) => open(wordsPlace(id), sealed) as CaseWords,
    entry: (seq, words) => seal(entryPlace(seq), words),
    openEntry: (seq, sealed) => open(entryPlace(seq), sealed) as EntryWords,
    text: (name, id, text) => seal(textPlace(name, id), text),
    openText: (name, id, sealed) => open(textPlace(name, id), sealed) as string,
    file(id, bytes) {
      const key = randomBytes(FILE_KEY_BYTES);
      const content = sealBytes(createSecretKey(key), bytes, contentOf(id));
      return { key: keyring.seal(key, keyPlace(id)), content };
    },
    openFile(id, key, content) {
      const bytes = openBytes(createSecretKey(keyring.open(key, keyPlace(id))), content, contentOf(id));
      if (bytes === null) throw new Refusal('internal', { cause: new Error('a file of an incident does not open') });
      return bytes;
    },
  };
}
