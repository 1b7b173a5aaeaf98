import type { CompiledPolicy, PolicyScope } from '@holdfast/contract';
import { OWN_PREFIX } from '../cedar/read-policies.ts';

/** Leave to read secrets, in the words in which an operator gave it. */
export interface SecretGrant {
  readonly id: string;
  readonly to: { readonly kind: 'account' | 'group' | 'person'; readonly id: string };
  readonly application: string;
  /** `*` = each. */
  readonly environment: string;
  /** `*` stands for any characters. */
  readonly name: string;
  /** Null = whatever it is for. */
  readonly purpose: string | null;
}

const TYPES = { account: 'ServiceAccount', group: 'Group', person: 'Person' } as const;
const ACTIONS = ['secret:read', 'secret:reveal'];

/** A string of Cedar: what JSON escapes in another way than Cedar does not get in here (`grantInputSchema`). */
const quoted = (text: string): string => JSON.stringify(text);

/** The same as a policy: grants are decided by the engine that decides the rest, and `who-can` names them. */
export function grantPolicy({ id, to, application, environment, name, purpose }: SecretGrant): CompiledPolicy {
  const who = { type: TYPES[to.kind], id: to.id };
  const place =
    environment === '*' ? { type: 'Application', id: application } : { type: 'Environment', id: `${application}/${environment}` };
  const isOne = environment !== '*' && !name.includes('*');
  const what = isOne ? { type: 'Secret', id: `${place.id}/${name}` } : place;
  const conditions = [
    ...(isOne || name === '*' ? [] : [`resource.name like ${quoted(name)}`]),
    ...(purpose === null ? [] : [`context.purpose == ${quoted(purpose)}`]),
  ];
  const isGroup = to.kind === 'group';
  const principal = `principal ${isGroup ? 'in' : '=='} ${who.type}::${quoted(who.id)}`;
  const actions = ACTIONS.map((action) => `Action::${quoted(action)}`).join(', ');
  const resource = `resource ${isOne ? '==' : 'in'} ${what.type}::${quoted(what.id)}`;
  const when = conditions.length === 0 ? '' : ` when { ${conditions.join(' && ')} }`;
  return {
    id: `${OWN_PREFIX}grant-${id}`,
    effect: 'permit',
    text: `permit(${principal}, action in [${actions}], ${resource})${when};`,
    principal: scope([`${who.type}::${who.id}`], !isGroup),
    action: scope(
      ACTIONS.map((action) => `Action::${action}`),
      false,
    ),
    resource: scope([`${what.type}::${what.id}`], isOne),
    routes: [],
  };
}

const scope = (entities: string[], isExact: boolean): PolicyScope => ({ type: null, entities, isExact });
