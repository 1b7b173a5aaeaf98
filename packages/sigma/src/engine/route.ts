import type { Logsource } from '../document/metadata.ts';
import { concerns } from './concerns.ts';
import { MESSAGE, type Compiled } from './compiled.ts';
import type { Node } from './plan.ts';

/** What of the rules concerns events of some log sources. */
export interface Route {
  readonly ruleOn: Uint8Array;
  readonly always: readonly number[];
  readonly fields: ReadonlyMap<string, number>;
  readonly searchesMessage: boolean;
  /** States of the automaton in which something of these rules ends. */
  readonly hot: Uint8Array;
}

/** Routes kept: log sources are few; who makes up new ones pays with time, not with our memory. */
const ROUTES_MAX = 64;

export class Router {
  readonly #compiled: Compiled;
  readonly #routes = new Map<string, Route>();
  #last: { readonly logsources: readonly Logsource[] | undefined; readonly route: Route } | null = null;

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  route(logsources: readonly Logsource[] | undefined): Route {
    // Whoever feeds events mostly hands in the same list again.
    if (this.#last !== null && this.#last.logsources === logsources) return this.#last.route;
    const key =
      logsources === undefined
        ? ''
        : logsources.map(({ category, product, service }) => JSON.stringify([category, product, service])).join();
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = makeRoute(this.#compiled, logsources);
      const oldest = this.#routes.keys().next();
      if (this.#routes.size >= ROUTES_MAX && oldest.done !== true) this.#routes.delete(oldest.value);
      this.#routes.set(key, route);
    }
    this.#last = { logsources, route };
    return route;
  }
}

function makeRoute(compiled: Compiled, logsources: readonly Logsource[] | undefined): Route {
  const ruleOn = Uint8Array.from(compiled.logsources, (logsource) => (concerns(logsource, logsources) ? 1 : 0));
  const atomOn = new Uint8Array(compiled.atoms.length);
  for (const [rule, node] of compiled.nodes.entries()) if (ruleOn[rule] === 1) markAtoms(node, atomOn);
  // What wakes a rule need not be in its condition: the presence of a field is not.
  for (let atom = 0; atom < atomOn.length; atom += 1) {
    const { starts, items } = compiled.woken;
    for (let index = starts[atom] ?? 0; index < (starts[atom + 1] ?? 0); index += 1) {
      if (ruleOn[items[index] ?? 0] === 1) atomOn[atom] = 1;
    }
  }
  const used = new Set<number>();
  for (let atom = 0; atom < atomOn.length; atom += 1) if (atomOn[atom] === 1) used.add(compiled.fieldOf[atom] ?? MESSAGE);
  return {
    ruleOn,
    always: compiled.always.filter((rule) => ruleOn[rule] === 1),
    fields: new Map([...compiled.fields].filter(([, field]) => used.has(field))),
    searchesMessage: used.has(MESSAGE),
    hot: hotStates(compiled, atomOn),
  };
}

function markAtoms(node: Node, atomOn: Uint8Array): void {
  if (node.kind === 'atom') atomOn[node.atom] = 1;
  else if (node.kind === 'not') markAtoms(node.part, atomOn);
  else for (const part of node.parts) markAtoms(part, atomOn);
}

function hotStates({ automaton, listeners }: Compiled, atomOn: Uint8Array): Uint8Array {
  const { states, literalAt, shorter } = automaton;
  const hot = new Uint8Array(states);
  const isHeard = (literal: number): boolean => {
    for (let index = listeners.starts[literal] ?? 0; index < (listeners.starts[literal + 1] ?? 0); index += 1) {
      if (atomOn[listeners.items[index] ?? 0] === 1) return true;
    }
    return false;
  };
  // A shorter ending is less deep, and has a lower number: it has been decided before.
  for (let state = 0; state < states; state += 1) {
    const literal = literalAt[state] ?? -1;
    const back = shorter[state] ?? 0;
    if ((literal !== -1 && isHeard(literal)) || (back !== 0 && hot[back] === 1)) hot[state] = 1;
  }
  return hot;
}
