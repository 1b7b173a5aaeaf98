import type { KeptParameter, ParameterStyle } from '../reading/read-parameters.ts';
import type { Outline } from './types-of.ts';

/** How the texts of one parameter stand for a value (OpenAPI 3.1 §4.8.12.3 and RFC 6570). */
export type Writing =
  | { readonly form: 'value' | 'json'; readonly prefix: string }
  /** `divider: null`: each element stands under the name again. */
  | { readonly form: 'list'; readonly prefix: string; readonly divider: string | null }
  /** Names and values in one text: `R,100,G,200`, or `R=100,G=200` where `isAssigned`. */
  | { readonly form: 'object'; readonly prefix: string; readonly divider: string; readonly isAssigned: boolean }
  /** `filter[price]=3`. */
  | { readonly form: 'deep' }
  /** Each member is a parameter of its own: `price=3`. */
  | { readonly form: 'spread' }
  /** No text stands for such a value in this style. */
  | { readonly form: 'unread' };

const DIVIDERS: Readonly<Record<ParameterStyle, string>> = {
  simple: ',',
  label: '.',
  form: ',',
  spaceDelimited: ' ',
  pipeDelimited: '|',
  deepObject: '',
};

export function writingOf(parameter: KeptParameter, { types }: Outline): Writing {
  const { content, style, in: place, explode } = parameter;
  if (content !== undefined) return { form: 'json', prefix: '' };
  if (style === 'deepObject') return types.has('object') || types.size === 0 ? { form: 'deep' } : { form: 'unread' };
  const prefix = style === 'label' ? '.' : '';
  if (types.has('object')) return objectWriting(parameter);
  if (!types.has('array')) return { form: 'value', prefix };
  if (explode && place === 'query') return { form: 'list', prefix, divider: null };
  return { form: 'list', prefix, divider: style === 'label' && !explode ? ',' : DIVIDERS[style] };
}

function objectWriting({ style, in: place, explode }: KeptParameter): Writing {
  const isForm = style === 'form' || style === 'spaceDelimited' || style === 'pipeDelimited';
  // A cookie of each member could not be told from cookies that are nobody's member.
  if (isForm && explode) return place === 'query' ? { form: 'spread' } : { form: 'unread' };
  const divider = style === 'label' && !explode ? ',' : DIVIDERS[style];
  return { form: 'object', prefix: style === 'label' ? '.' : '', divider, isAssigned: explode };
}

/** What stands behind the prefix; null = it is not there. */
export const withoutPrefix = (text: string, prefix: string): string | null =>
  text.startsWith(prefix) ? text.slice(prefix.length) : null;

/** Names and values of one text; null = it is not written like this, or a name comes twice. */
export function membersOf(
  text: string,
  { divider, isAssigned }: Extract<Writing, { form: 'object' }>,
): ReadonlyMap<string, string> | null {
  const members = new Map<string, string>();
  if (text === '') return members;
  const texts = text.split(divider);
  const pairs = isAssigned
    ? texts.map((each) => {
        const at = each.indexOf('=');
        return at < 1 ? null : ([each.slice(0, at), each.slice(at + 1)] as const);
      })
    : texts.length % 2 === 1
      ? [null]
      : Array.from({ length: texts.length / 2 }, (_, at) => [texts[at * 2] ?? '', texts[at * 2 + 1] ?? ''] as const);
  for (const pair of pairs) {
    if (pair === null || members.has(pair[0])) return null;
    members.set(...pair);
  }
  return members;
}
