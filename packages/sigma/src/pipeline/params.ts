import { quote, type Findings, type Place } from '../diagnostic.ts';
import { mapOf, textOf, textsIn, textsOf } from '../document/fields.ts';
import type { Yaml, YamlMap } from '../document/yaml-tree.ts';
import { RegexError } from '../regex/escapes.ts';

export type Plain = string | number | boolean | null;

/** Parameters of a transformation or a condition, read with the faults said. */
export class Params {
  readonly map: YamlMap;
  readonly findings: Findings;

  constructor(map: YamlMap, findings: Findings) {
    this.map = map;
    this.findings = findings;
  }

  get place(): Place {
    return this.map.place;
  }

  text(name: string): string | null {
    return textOf(this.map, name, this.findings);
  }

  needText(name: string): string {
    const text = this.text(name);
    if (text === null) this.fault(`${quote(name)} is missing`);
    return text ?? '';
  }

  texts(name: string): readonly string[] | null {
    return textsOf(this.map, name, this.findings);
  }

  needTexts(name: string): readonly string[] {
    const texts = this.texts(name);
    if (texts === null) this.fault(`${quote(name)} is missing`);
    return texts ?? [];
  }

  flag(name: string): boolean {
    const value = this.map.entries.get(name)?.value;
    if (value === undefined) return false;
    if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value;
    this.fault(`${quote(name)} is true or false`);
    return false;
  }

  /** One of some words; the first when it is absent. */
  oneOf<const Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const text = this.text(name);
    const found = words.find((word) => word === text);
    if (text !== null && found === undefined) this.fault(`${quote(name)} is one of ${words.join(', ')}`);
    return found ?? words[0];
  }

  plain(name: string): Plain {
    const value = this.map.entries.get(name)?.value;
    if (value?.kind === 'scalar') return value.value;
    this.fault(`${quote(name)} is a plain value`);
    return null;
  }

  /** A map of texts to one or several texts. */
  mapping(name: string): ReadonlyMap<string, readonly string[]> {
    const map = mapOf(this.map, name, this.findings);
    if (map === null) this.fault(`${quote(name)} is a map`);
    return new Map([...(map?.entries ?? [])].map(([key, { value }]) => [key, textsIn(value, name, this.findings) ?? []]));
  }

  value(name: string): Yaml | null {
    return this.map.entries.get(name)?.value ?? null;
  }

  /** Makes something of a regular expression; null, and a fault, when it is none that is matched in linear time. */
  regex<T>(source: string, make: (source: string) => T): T | null {
    try {
      return make(source);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.findings.error(error.code, this.place, `${quote(source)}: ${error.message}`);
      return null;
    }
  }

  fault(message: string): void {
    this.findings.error('pipeline-invalid', this.place, message);
  }

  unsupported(message: string): void {
    this.findings.error('pipeline-unsupported', this.place, message);
  }
}
