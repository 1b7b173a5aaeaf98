import type { Entity, EntityKind, IncidentDetail } from '@holdfast/contract';

/** Under which names playbooks find what an incident is about. */
const NAMES: Readonly<Partial<Record<EntityKind, readonly string[]>>> = {
  address: ['__address__'],
  network: ['__network__'],
  user: ['__person__', '__user__'],
  session: ['__session__'],
  key: ['__token__', '__key__'],
  route: ['__route__'],
  application: ['__application__'],
  indicator: ['__indicator__'],
};

const sourceOf = ({ value }: Entity): string => value;

export function knownOfEntities(entities: readonly Entity[]): Map<string, string> {
  const known = new Map<string, string>();
  // The first of a kind is what it is mostly about.
  for (const { kind, value } of entities) for (const name of NAMES[kind] ?? []) if (!known.has(name)) known.set(name, value);
  const [source, ...others] = new Set(entities.filter(({ kind }) => kind === 'address' || kind === 'network').map(sourceOf));
  // Of several one may be the victim, as with a session in two hands: who did it is known when nobody else can be meant.
  if (source !== undefined && others.length === 0) known.set('__source__', source);
  return known;
}

/** What a playbook that runs for an incident need not be given. */
export function knownOf({ id, number, title, severity, application, entities }: IncidentDetail): Map<string, string> {
  const known = knownOfEntities(entities);
  known.set('__incident__', id);
  known.set('__number__', String(number));
  known.set('__title__', title);
  known.set('__severity__', severity);
  if (application !== null) known.set('__application__', application);
  return known;
}
