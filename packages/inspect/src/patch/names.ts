import type { Location } from '../types.ts';

/** Nobody honest nests deeper, and no name is followed further. */
const PARTS_MAX = 32;
/** Frameworks put whatever body came into one object, so a rule about one kind of body is about all of them. */
const BODY: ReadonlySet<Location> = new Set(['form', 'json', 'multipart', 'file-name']);

/** `items[0][id]`, `items.0.id` and `/items/0/id` all name one place; capitals differ only for programs that care (CWE-178). */
export type NameParts = readonly string[];

/** Where frameworks look for a value that a rule places here. */
export function isSameHome(wanted: Location, found: Location): boolean {
  if (wanted === 'file-name' || wanted === 'multipart') return found === wanted || (wanted === 'multipart' && BODY.has(found));
  return wanted === found || (BODY.has(wanted) && BODY.has(found) && found !== 'file-name');
}

/** PHP reads `a b` and `a.b` as `a_b`; others trim. What reads as the same name somewhere is the same name here. */
const plain = (part: string): string => part.trim().toLowerCase().replaceAll(/[ +]/gu, '_');

function split(text: string): string[] {
  const parts: string[] = [];
  for (const piece of text.split(/[.[\]]/u, PARTS_MAX * 2)) if (piece !== '') parts.push(plain(piece));
  return parts.slice(0, PARTS_MAX);
}

/** `xs:order@id` -> `order`, `id`: which letters stand for a vocabulary is the sender's choice (Namespaces in XML §3). */
const splitXml = (name: string): string[] => name.split('@', 2).map((piece) => plain(piece.slice(piece.lastIndexOf(':') + 1)));

/** The name of a field as it was sent. */
export function partsOfField(location: Location, name: string): NameParts {
  if (location === 'xml') return splitXml(name);
  return location === 'header' || location === 'path' ? [name.toLowerCase()] : split(name);
}

/** The parameter of a rule: a JSON pointer (RFC 6901), or the name of a field. */
export function partsOfParameter(location: Location, parameter: string): NameParts {
  if (!parameter.startsWith('/') || !BODY.has(location)) return partsOfField(location, parameter);
  const steps = parameter.slice(1).split('/', PARTS_MAX);
  return steps.flatMap((step) => split(step.replaceAll('~1', '/').replaceAll('~0', '~')));
}

const ANY = '{}';

/** `exact`, `below` when the field lies within what the rule names, or null. */
export function compareNames(wanted: NameParts, found: NameParts): 'exact' | 'below' | null {
  if (found.length < wanted.length) return null;
  for (const [index, part] of wanted.entries()) if (part !== ANY && part !== found[index]) return null;
  return found.length === wanted.length ? 'exact' : 'below';
}

/** Below a name stand only the numbers of a list: `ids[]`, `ids[0]`. */
export function isListItem(wanted: NameParts, found: NameParts): boolean {
  return found.slice(wanted.length).every((part) => /^\d{1,9}$/u.test(part));
}
