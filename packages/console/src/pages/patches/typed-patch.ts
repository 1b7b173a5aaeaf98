import type { PatchInput } from '@holdfast/contract';
import type { Search } from '../../state/search.ts';
import { pointerOf } from './words.ts';

/** The form as it is typed: texts, whatever becomes of them. */
export interface TypedPatch {
  readonly application: string;
  readonly method: string;
  readonly route: string;
  readonly location: string;
  readonly parameter: string;
  readonly kind: PatchInput['match']['kind'];
  readonly group: string;
  readonly type: string;
  readonly choices: string;
  readonly lengthMax: string;
  readonly characters: string;
  readonly finding: string;
  readonly reason: string;
  readonly days: string;
}

/** As the address says: a request under Events leads here with its place filled in. */
export function typedFrom(search: Search, application: string): TypedPatch {
  const location = search['location'] ?? 'query';
  const requestId = search['request'];
  return {
    application: search['application'] ?? application,
    method: search['method'] ?? '*',
    route: search['route'] ?? '',
    location,
    parameter: pointerOf(location, search['parameter'] ?? ''),
    kind: 'attack',
    group: search['group'] ?? 'sqli',
    type: '',
    choices: '',
    lengthMax: '',
    characters: '',
    finding: '',
    reason: requestId === undefined ? '' : `request ${requestId}`,
    days: '30',
  };
}

const given = <Value>(name: string, text: string, read: (text: string) => Value): Record<string, Value> =>
  text.trim() === '' ? {} : { [name]: read(text.trim()) };
const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((choice) => choice.trim())
    .filter((choice) => choice !== '');

function matchOf({ kind, group, type, choices, lengthMax, characters }: TypedPatch): object {
  if (kind === 'attack') return { kind, groups: [group] };
  if (kind !== 'constraint') return { kind };
  return {
    kind,
    ...given('type', type, String),
    ...given('choices', choices, listOf),
    ...given('lengthMax', lengthMax, Number),
    ...given('characters', characters, String),
  };
}

/** What is sent; the API says which field is wrong. */
export function inputOf(typed: TypedPatch): Partial<PatchInput> {
  const { application, method, route, location, parameter, kind, finding, reason, days } = typed;
  const isWhole = kind === 'deny';
  const body = {
    application,
    method,
    route: route.trim(),
    location: isWhole ? null : location,
    parameter: isWhole || parameter.trim() === '' ? null : parameter.trim(),
    match: matchOf(typed),
    finding: finding.trim() === '' ? null : finding.trim(),
    reason,
    days: Number(days),
  };
  // Texts of the form, read by the API with its schema.
  return body as Partial<PatchInput>;
}

/** The same as a command. */
export function commandOf(typed: TypedPatch): readonly string[] {
  const { application, method, route, location, parameter, kind, group, type, choices, lengthMax, characters } = typed;
  const flag = (name: string, value: string): string[] => (value.trim() === '' ? [] : [`--${name}`, value.trim()]);
  const place = kind === 'deny' ? [] : ['--location', location, ...flag('parameter', parameter)];
  const constraint = [
    ...flag('type', type),
    ...(listOf(choices).length === 0 ? [] : ['--choice', ...listOf(choices)]),
    ...flag('length', lengthMax),
    ...flag('characters', characters),
  ];
  const match = { attack: ['--attack', group], constraint, absent: ['--absent'], deny: ['--deny'] }[kind];
  const scope = ['--app', application, ...(method === '*' ? [] : ['--method', method]), '--route', route.trim()];
  const rest = [...flag('finding', typed.finding), '--for', `${typed.days}d`, '--reason', typed.reason];
  return ['patch', 'add', ...scope, ...place, ...match, ...rest];
}
