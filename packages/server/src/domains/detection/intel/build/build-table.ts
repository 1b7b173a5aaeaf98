import { INDICATOR_ACTIONS, INDICATOR_KINDS, type IndicatorAction, type IndicatorKind } from '@holdfast/contract';
import { AddressTableBuilder } from '../../../../platform/lookup/address-table.ts';
import { MarkPool } from '../../../../platform/lookup/marks.ts';
import { newPrefix, readPrefix } from '../../../../platform/lookup/prefix.ts';
import { digestOfTable, tableBytes } from '../../../../platform/lookup/table-file.ts';
import { TextTableBuilder } from '../../../../platform/lookup/text-table.ts';
import { readWarninglists } from '../formats/misp-warninglist.ts';
import { Known, type KnownList } from '../known/known.ts';
import { BELOW_LETTER, entriesOf, KIND_LETTERS, unpackText, type KeptEntry } from './content.ts';
import type { RefusedWhy } from './merge.ts';

/** A source as it goes into the table. Indicators of our own come as one that is split by what they do. */
export interface BuildSource {
  readonly id: string;
  readonly action: IndicatorAction;
  readonly confidence: number;
  readonly days: number;
  /** When its content was there last. */
  readonly seenAt: number;
  readonly content: Uint8Array;
  /** Planted by ourselves: counts nowhere, and nobody is asked whether it is known to be good. */
  readonly isPlanted?: boolean;
}

export interface BuildInput {
  readonly sources: readonly BuildSource[];
  /** Contents of warning lists. */
  readonly warninglists: readonly Uint8Array[];
  readonly known: readonly KnownList[];
  readonly now: number;
  readonly seed: number;
}

/** Refused because it is known to be good, or too broad. */
export interface RefusedOfSource {
  readonly source: string;
  readonly counts: readonly RefusedWhy[];
  /** Some of them, to be told one by one. */
  readonly told: readonly { readonly value: string; readonly why: string }[];
}

export interface Built {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly entries: Readonly<Record<IndicatorKind, number>>;
  readonly bySource: readonly { readonly source: string; readonly entries: number }[];
  readonly refused: readonly RefusedOfSource[];
  /** When the first entry ends; null = none does. */
  readonly nextEndAt: number | null;
}

export const DAY_MS = 86_400_000;
const TOLD_MAX = 20;
const WHYS_MAX = 16;

class Refusals {
  readonly #counts = new Map<string, { why: string; entries: number; example: string }>();
  readonly #told: { value: string; why: string }[] = [];

  add(value: string, why: string): void {
    const held = this.#counts.get(why);
    if (held !== undefined) held.entries += 1;
    else if (this.#counts.size < WHYS_MAX) this.#counts.set(why, { why, entries: 1, example: value.slice(0, 256) });
    if (this.#told.length < TOLD_MAX) this.#told.push({ value: value.slice(0, 256), why });
  }

  of(source: string): RefusedOfSource {
    return { source, counts: [...this.#counts.values()], told: this.#told };
  }
}

class Building {
  readonly entries: Record<IndicatorKind, number> = { address: 0, host: 0, url: 0, hash: 0, agent: 0 };
  readonly #input: BuildInput;
  readonly #known: Known;
  readonly #pool = new MarkPool();
  readonly #addresses = new AddressTableBuilder();
  readonly #texts = new TextTableBuilder(this.#pool);
  readonly #prefix = newPrefix();
  nextEndAt: number | null = null;

  constructor(input: BuildInput, known: Known) {
    this.#input = input;
    this.#known = known;
    known.exempt(this.#addresses);
  }

  addSource(source: BuildSource, list: number): { readonly entries: number; readonly refused: RefusedOfSource } {
    const refusals = new Refusals();
    let entries = 0;
    for (const entry of entriesOf(source.content)) {
      const seenAt = entry.seenAt ?? source.seenAt;
      const endsAt = Math.min(entry.expiresAt ?? Number.POSITIVE_INFINITY, seenAt + source.days * DAY_MS);
      if (endsAt <= this.#input.now) continue;
      const [why] = source.isPlanted === true ? [] : this.#known.listsOf(entry);
      if (why !== undefined) refusals.add(entry.value, why);
      else if (this.#addEntry(entry, { list, source, seenAt, endsAt })) entries += 1;
    }
    return { entries, refused: refusals.of(source.id) };
  }

  finish(lists: readonly string[]): Uint8Array {
    const addresses = this.#addresses.build(this.#pool);
    const texts = this.#texts.build(this.#input.seed);
    return tableBytes({ lists, addresses, texts, marks: this.#pool.arrays() });
  }

  #addEntry(
    { kind, value, confidence }: KeptEntry,
    { list, source, seenAt, endsAt }: { list: number; source: BuildSource; seenAt: number; endsAt: number },
  ): boolean {
    const isAddress = kind === 'address';
    if (isAddress && !readPrefix(value, this.#prefix)) return false;
    const fields = { list, action: INDICATOR_ACTIONS.indexOf(source.action), confidence: confidence ?? source.confidence };
    const mark = this.#pool.mark({ ...fields, length: isAddress ? this.#prefix.length : 0, seenAt, endsAt });
    if (isAddress) this.#addresses.add(this.#prefix, mark);
    else {
      const isBelow = kind === 'host' && value.startsWith('*.');
      const letter = isBelow ? BELOW_LETTER : KIND_LETTERS[kind];
      if (!this.#texts.add(letter.charCodeAt(0), isBelow ? value.slice(2) : value, mark)) return false;
    }
    if (source.isPlanted === true) return false;
    this.entries[kind] += 1;
    if (this.nextEndAt === null || endsAt < this.nextEndAt) this.nextEndAt = endsAt;
    return true;
  }
}

export const knownLists = ({ known, warninglists }: Pick<BuildInput, 'known' | 'warninglists'>): readonly KnownList[] => [
  ...known,
  ...warninglists
    .flatMap((content) => readWarninglists(unpackText(content)))
    .map(({ name, type, list }) => ({ name: `on the warning list ${name}`.slice(0, 200), type, list })),
];

/** Everything that is listed, without what is known to be good, as the bytes of a table. */
export function buildTable(input: BuildInput): Built {
  const building = new Building(input, new Known(knownLists(input)));
  const lists = [...new Set(input.sources.map(({ id }) => id))];
  const added = input.sources.map((source) => ({ id: source.id, ...building.addSource(source, lists.indexOf(source.id)) }));
  const bytes = building.finish(lists);
  return {
    bytes,
    digest: digestOfTable(bytes),
    entries: building.entries,
    bySource: lists.map((source) => ({
      source,
      entries: added.filter(({ id }) => id === source).reduce((sum, one) => sum + one.entries, 0),
    })),
    refused: added.map(({ refused }) => refused).filter(({ counts }) => counts.length > 0),
    nextEndAt: building.nextEndAt,
  };
}

export const NO_ENTRIES: Readonly<Record<IndicatorKind, number>> = Object.fromEntries(
  INDICATOR_KINDS.map((kind) => [kind, 0]),
) as Record<IndicatorKind, number>;
