import type { ActionName } from '@holdfast/contract';
import { conflict, type ActionParts } from './action-parts.ts';
import type { ActionKind } from './action-kind.ts';

/** What was asked for was parsed by the schema of this name, so its parameters are those of this kind. */
export function kindOf({ kinds }: Pick<ActionParts, 'kinds'>, name: ActionName): ActionKind {
  const kind: unknown = kinds()[name];
  if (kind === undefined) throw conflict(`${name} cannot be done here`, '/action');
  return kind as ActionKind;
}
