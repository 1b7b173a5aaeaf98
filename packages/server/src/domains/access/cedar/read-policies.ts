import { createHash } from 'node:crypto';
import {
  POLICIES_MAX,
  POLICY_CHARS_MAX,
  policyIdSchema,
  policyScopeSchema,
  type CompiledPolicy,
  type PolicyFault,
  type PolicyScope,
} from '@holdfast/contract';
import type { DetailedError, PolicyJson, ValidationError } from '@cedar-policy/cedar-wasm/nodejs';
import { keyOf, type Uid } from './entity.ts';
import { namedRoutes, type NamedRoute } from './named-routes.ts';
import { routeFault } from './route-index.ts';
import { schemaOf, type PolicyKind } from './schemas.ts';
import { structureFault } from './structure.ts';
import { createPositions } from './text-position.ts';
import { inCedar } from './wasm.ts';

const FAULTS_MAX = 50;
export const OWN_PREFIX = 'holdfast-';

export interface ReadySet {
  readonly kind: PolicyKind;
  readonly text: string;
  readonly digest: string;
  readonly policies: readonly CompiledPolicy[];
  /** Policies that can never apply, and the like. */
  readonly warnings: readonly PolicyFault[];
}

export type PolicyReading =
  | { readonly kind: 'ready'; readonly set: ReadySet }
  | { readonly kind: 'faulty'; readonly faults: readonly PolicyFault[] };

export const digestOfPolicies = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const faulty = (faults: readonly PolicyFault[]): PolicyReading => ({ kind: 'faulty', faults: faults.slice(0, FAULTS_MAX) });
const general = (detail: string): PolicyFault => ({ policy: null, line: 1, column: 1, detail });

/** Reads a set of policies as it will be enforced: every name must be in the schema, every comparison must make sense. */
export function readPolicies(text: string, kind: PolicyKind): PolicyReading {
  if (text.length > POLICY_CHARS_MAX) return faulty([general(`longer than ${POLICY_CHARS_MAX} characters`)]);
  const positions = createPositions(text);
  const structure = structureFault(text);
  if (structure !== null) {
    const offset = Buffer.byteLength(text.slice(0, structure.at), 'utf8');
    return faulty([{ policy: null, ...positions(offset), detail: structure.detail }]);
  }
  try {
    return new Reader(text, kind, positions).read();
  } catch {
    // A trap in Cedar. The text is refused; decisions go on in a new instance.
    return faulty([general('too much to read in one set')]);
  }
}

class Reader {
  readonly #text: string;
  readonly #kind: PolicyKind;
  readonly #at: ReturnType<typeof createPositions>;
  readonly #names = new Map<string, string>();

  constructor(text: string, kind: PolicyKind, at: ReturnType<typeof createPositions>) {
    this.#text = text;
    this.#kind = kind;
    this.#at = at;
  }

  read(): PolicyReading {
    const parts = inCedar((cedar) => cedar.policySetTextToParts(this.#text));
    if (parts.type === 'failure') return faulty(parts.errors.map((error) => this.#fault(null, error)));
    if (parts.policy_templates.length > 0) return faulty([general('templates with ?principal or ?resource are not used here')]);
    if (parts.policies.length === 0) return faulty([general('there is no policy in it')]);
    if (parts.policies.length > POLICIES_MAX) return faulty([general(`more than ${POLICIES_MAX} policies`)]);
    const { policies, faults } = this.#compileAll(parts.policies);
    const { errors, warnings } = this.#validate(policies);
    const all = [...faults, ...errors];
    if (all.length > 0) return faulty(all.toSorted((left, right) => left.line - right.line || left.column - right.column));
    const digest = digestOfPolicies(this.#text);
    return {
      kind: 'ready',
      set: { kind: this.#kind, text: this.#text, digest, policies, warnings: warnings.slice(0, FAULTS_MAX) },
    };
  }

  /** Cedar names policies by their place and gives them back in the order of these names: `policy10` before `policy2`. */
  #compileAll(texts: readonly string[]): { policies: CompiledPolicy[]; faults: PolicyFault[] } {
    const order = texts.map((_, index) => index).toSorted((left, right) => (String(left) < String(right) ? -1 : 1));
    const inOrder: string[] = [];
    for (const [at, text] of texts.entries()) inOrder[order[at] ?? at] = text;
    const faults: PolicyFault[] = [];
    const seen = new Set<string>();
    const policies = inOrder.flatMap((text, index) => {
      const json = inCedar((cedar) => cedar.policyToJson(text));
      if (json.type === 'failure') {
        faults.push(...json.errors.map((error) => ({ ...general(error.message), policy: null })));
        return [];
      }
      const id = json.json.annotations?.['id'] ?? `policy${index + 1}`;
      this.#names.set(`policy${index}`, id);
      const place = { policy: id, ...this.#at(this.#offsetOf(text)) };
      const named = idFault(id, seen);
      if (named !== null) faults.push({ ...place, policy: null, detail: named });
      seen.add(id);
      const routes = namedRoutes(json.json);
      const policy = compile({ id, text }, json.json, routes);
      faults.push(...headFaults(policy, routes).map((detail) => ({ ...place, detail })));
      return [policy];
    });
    return { policies, faults };
  }

  #offsetOf(policy: string): number {
    const at = this.#text.indexOf(policy);
    return at < 0 ? 0 : Buffer.byteLength(this.#text.slice(0, at), 'utf8');
  }

  #validate(policies: readonly CompiledPolicy[]): { errors: PolicyFault[]; warnings: PolicyFault[] } {
    const answer = inCedar((cedar) => cedar.validate({ schema: schemaOf(this.#kind), policies: { staticPolicies: this.#text } }));
    if (answer.type === 'failure') return { errors: answer.errors.map((error) => this.#fault(null, error)), warnings: [] };
    const forbids = new Set(policies.filter(({ effect }) => effect === 'forbid').map(({ id }) => id));
    const warnings = this.#told(answer.validationWarnings);
    // A permit that never applies lets nobody in; a forbid that never applies guards nothing, and looks as if it did.
    const dead = warnings.filter(({ policy }) => policy !== null && forbids.has(policy));
    return { errors: [...this.#told(answer.validationErrors), ...dead], warnings };
  }

  /** Each place once: a name that is unknown is told for each action that it is unknown for. */
  #told(errors: readonly ValidationError[]): PolicyFault[] {
    const places = new Map<string, PolicyFault>();
    for (const { policyId, error } of errors) {
      const fault = this.#fault(this.#names.get(policyId) ?? null, error);
      const place = `${fault.policy ?? ''} ${fault.line} ${fault.column}`;
      const held = places.get(place);
      // The same words in the same order every time.
      if (held === undefined || fault.detail < held.detail) places.set(place, fault);
    }
    return [...places.values()].toSorted((left, right) => left.line - right.line || left.column - right.column);
  }

  #fault(policy: string | null, { message, help, sourceLocations = [] }: DetailedError): PolicyFault {
    const [where] = sourceLocations;
    const words = message.replace(/^for policy `[^`]{0,80}`[,:] /u, '').replace(/^failed to parse policies from string: /u, '');
    const label = where?.label ?? null;
    const detail = [words, label, help].filter((part) => part !== null && part !== '').join('; ');
    return { policy, ...this.#at(where?.start ?? 0), detail: detail.slice(0, 500) };
  }
}

function idFault(id: string, seen: ReadonlySet<string>): string | null {
  if (!policyIdSchema.safeParse(id).success) return 'an @id is up to 64 letters, digits and . : _ -';
  if (id.startsWith(OWN_PREFIX)) return `an @id does not begin with ${OWN_PREFIX}: these are policies of Holdfast itself`;
  return seen.has(id) ? 'another policy has this @id' : null;
}

function compile(
  { id, text }: Pick<CompiledPolicy, 'id' | 'text'>,
  json: PolicyJson,
  routes: readonly NamedRoute[],
): CompiledPolicy {
  return {
    id,
    effect: json.effect,
    text,
    principal: scopeOf(json.principal),
    action: scopeOf(json.action),
    resource: scopeOf(json.resource),
    routes: [...new Set(routes.map(({ route }) => route))],
  };
}

type Constraint = PolicyJson['principal'] | PolicyJson['action'] | PolicyJson['resource'];

const uidOf = (entity: { __entity: Uid } | Uid): Uid => ('__entity' in entity ? entity.__entity : entity);

function scopeOf(constraint: Constraint): PolicyScope {
  if (constraint.op === 'All') return { type: null, entities: null, isExact: false };
  if (constraint.op === 'is') {
    const inside = constraint.in !== undefined && 'entity' in constraint.in ? [keyOf(uidOf(constraint.in.entity))] : null;
    return { type: constraint.entity_type, entities: inside, isExact: false };
  }
  if ('entities' in constraint)
    return { type: null, entities: constraint.entities.map((each) => keyOf(uidOf(each))), isExact: false };
  // A slot stands in templates only, and those are refused before.
  const entities = 'entity' in constraint ? [keyOf(uidOf(constraint.entity))] : null;
  return { type: null, entities, isExact: constraint.op === '==' };
}

function headFaults(policy: CompiledPolicy, routes: readonly NamedRoute[]): string[] {
  const faults = routes.flatMap(({ route, isMembership }) => {
    const fault = isMembership ? routeFault(route) : 'a route covers requests: write `resource in`, and nothing else, with it';
    return fault === null ? [] : [`${route.slice(0, 128)}: ${fault}`];
  });
  for (const scope of [policy.principal, policy.action, policy.resource])
    if (!policyScopeSchema.safeParse(scope).success) faults.push('too many or too long names in its head');
  return [...new Set(faults)];
}
