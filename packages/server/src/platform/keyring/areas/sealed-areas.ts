import type { SealedArea } from '../sealed-area.ts';

/** More would be a list that nobody reads; each domain has a few. */
const AREAS_MAX = 100;

/** All that lies sealed. The composition fills it; a change of keys goes through it from the first to the last. */
export interface SealedAreas {
  add(...areas: readonly SealedArea[]): void;
  list(): readonly SealedArea[];
}

/** @example const areas = createSealedAreas([createTableArea(db, keyring, SEEDS)]); areas.add(createSecretArea(parts)); */
export function createSealedAreas(initial: readonly SealedArea[] = []): SealedAreas {
  const areas = new Map<string, SealedArea>();
  const add = (...given: readonly SealedArea[]): void => {
    for (const area of given) {
      if (areas.has(area.name)) throw new Error(`assertion: two areas are called ${area.name}`);
      if (areas.size >= AREAS_MAX) throw new Error('assertion: areas are constants of the program');
      areas.set(area.name, area);
    }
  };
  add(...initial);
  return { add, list: () => [...areas.values()] };
}
