import { paths } from '../state/paths.ts';
import { LinkTo } from './LinkTo.tsx';

const PERSON = /^(?:operator:)?person:([0-9A-Z]{26})$/u;

/** Whoever did it, as the API names them; a person is a link, because an id says nothing. */
export function Who({ actor }: { readonly actor: string }) {
  const id = PERSON.exec(actor)?.[1];
  if (id === undefined) return actor;
  return <LinkTo to={paths.person(id)}>person …{id.slice(-6)}</LinkTo>;
}
