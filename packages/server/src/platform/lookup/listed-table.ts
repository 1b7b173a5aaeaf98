import { AddressTable, type AddressArrays } from './address-table.ts';
import { marksOf, NO_SET, type Mark, type MarkArrays } from './marks.ts';
import { TextTable, type TextArrays } from './text-table.ts';

export interface ListedArrays {
  /** Names of the lists, by the index that marks carry. */
  readonly lists: readonly string[];
  readonly marks: MarkArrays;
  readonly addresses: AddressArrays;
  readonly texts: TextArrays;
}

const NOTHING: readonly Mark[] = [];

/** What is listed, made ready for lookups on the way of a request: no I/O, and no allocation where nothing is found. */
export class ListedTable {
  readonly lists: readonly string[];
  readonly #marks: MarkArrays;
  readonly #addresses: AddressTable;
  readonly #texts: TextTable;
  readonly bytes: number;
  readonly hasTexts: boolean;

  constructor(arrays: ListedArrays) {
    this.lists = arrays.lists;
    this.#marks = arrays.marks;
    this.#addresses = new AddressTable(arrays.addresses);
    this.#texts = new TextTable(arrays.texts);
    this.hasTexts = arrays.texts.sets.length > 0;
    const held = [arrays.marks, arrays.addresses, arrays.texts].flatMap((group) => Object.values<ArrayBufferView>({ ...group }));
    this.bytes = held.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  findAddress(address: string, now: number): readonly Mark[] {
    const set = this.#addresses.find(address);
    return set === NO_SET ? NOTHING : marksOf(this.#marks, set, now);
  }

  /** `kind` is one character. */
  findText(kind: string, text: string, now: number): readonly Mark[] {
    const set = this.#texts.find(kind.charCodeAt(0), text);
    return set === NO_SET ? NOTHING : marksOf(this.#marks, set, now);
  }
}
