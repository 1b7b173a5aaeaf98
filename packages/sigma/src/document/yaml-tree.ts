import type { Place } from '../diagnostic.ts';

/** YAML as it was written: every node knows its place, and keys never become properties of an object. */
export type Yaml = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly place: Place;
}

export interface YamlEntry {
  readonly key: Place;
  readonly value: Yaml;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly Yaml[];
  readonly place: Place;
}

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The characters of the text; differs from the value for numbers such as 0x10. */
  readonly source: string;
  readonly place: Place;
}
