import { FILE_TYPES } from '@holdfast/inspect';

/** Types of bodies that a form, an API or a page sends, whatever else they are called. */
const TEXT =
  /^(?:text\/|application\/(?:json|xml|javascript|x-javascript|x-www-form-urlencoded|graphql|csp-report|reports)\b|[^;]{0,120}\+(?:json|xml)\b)/u;
const FILE_FAMILIES = /^(?:image|audio|video|font)\//u;
const KNOWN: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'application/force-download',
  ...FILE_TYPES.filter(({ family }) => family !== 'text').flatMap(({ mimeTypes }) => mimeTypes),
]);

/** The media type without its parameters, in lower case. */
export const essence = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase();

/** Whether a body or part of this type is a file, whatever it is named. */
export function isFileType(type: string | null): boolean {
  if (type === null || type === '') return false;
  const plain = essence(type);
  if (plain === 'image/svg+xml') return true;
  return !TEXT.test(plain) && (FILE_FAMILIES.test(plain) || KNOWN.has(plain));
}

interface Headed {
  readonly head: { readonly headers: readonly (readonly [name: string, value: string])[] };
}

export const contentType = ({ head }: Headed): string => head.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
