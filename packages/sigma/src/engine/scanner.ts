import { fold } from '../value/fold.ts';
import { MESSAGE, type Compiled } from './compiled.ts';
import { isList, type Scalar, type SigmaEvent } from './event.ts';
import type { Node } from './plan.ts';
import { Router, type Route } from './route.ts';

/**
 * Matches events against all rules at once. The scan answers all questions about text in one pass over the event; only rules
 * that something woke are evaluated. An instance keeps scratch memory and matches one event at a time.
 */
export class Scanner {
  readonly #compiled: Compiled;
  readonly #router: Router;
  /** Stamped with twice the number of the event: false; one more: true. */
  readonly #known: Float64Array;
  readonly #askedIn: Float64Array;
  readonly #candidateIn: Float64Array;
  readonly #inText: Float64Array;
  readonly #candidates: number[] = [];
  readonly #texts: string[] = [];
  readonly #fieldsOfText: number[][] = [];
  #textCount = 0;
  #event = 0;
  #text = 0;

  constructor(ruleset: { readonly compiled: Compiled }) {
    const { compiled } = ruleset;
    this.#compiled = compiled;
    this.#router = new Router(compiled);
    this.#known = new Float64Array(compiled.atoms.length);
    this.#askedIn = new Float64Array(compiled.atoms.length);
    this.#candidateIn = new Float64Array(compiled.nodes.length);
    this.#inText = new Float64Array(compiled.fields.size + 1);
  }

  /** Numbers of the rules that match, in their order. */
  match(event: SigmaEvent): number[] {
    const route = this.#router.route(event.logsources);
    this.#event += 1;
    this.#candidates.length = 0;
    this.#gather(event, route);
    for (let index = 0; index < this.#textCount; index += 1) this.#scan(index, route);
    const found: number[] = [];
    for (const rule of this.#candidates) if (this.#holds(rule, event)) found.push(rule);
    for (const rule of route.always) if (this.#holds(rule, event)) found.push(rule);
    return found.length < 2 ? found : found.sort((a, b) => a - b);
  }

  /** How many rules the last event woke; tells how well the scan separates. */
  get candidates(): number {
    return this.#candidates.length;
  }

  /** Puts equal texts of several fields together: each is read once. */
  #gather(event: SigmaEvent, route: Route): void {
    this.#textCount = 0;
    const searchesAll = route.searchesMessage && event.message === undefined;
    for (const [name, value] of event.fields) {
      const field = route.fields.get(name) ?? -1;
      if (field === -1 && !searchesAll) continue;
      if (field !== -1) this.#wakePresence(field, route);
      if (isList(value)) for (const scalar of value) this.#gatherScalar(scalar, field, searchesAll);
      else this.#gatherScalar(value, field, searchesAll);
    }
    if (route.searchesMessage && event.message !== undefined) this.#addText(event.message, MESSAGE);
  }

  /** A keyword that finds no message searches every value: each text counts as the message too, once. */
  #gatherScalar(scalar: Scalar, field: number, searchesAll: boolean): void {
    if (scalar === null) return;
    const text = typeof scalar === 'string' ? scalar : String(scalar);
    const isNew = this.#addText(text, field === -1 ? MESSAGE : field);
    if (isNew && searchesAll && field !== -1) this.#fieldsOfText[this.#textCount - 1]?.push(MESSAGE);
  }

  /** Whether nothing before it was the same. */
  #addText(text: string, field: number): boolean {
    // Few distinct texts: looking back a little is cheaper than a map.
    const last = Math.max(0, this.#textCount - LOOK_BACK);
    for (let index = this.#textCount - 1; index >= last; index -= 1) {
      if (this.#texts[index] === text) {
        this.#fieldsOfText[index]?.push(field);
        return false;
      }
    }
    this.#texts[this.#textCount] = text;
    const fields = this.#fieldsOfText[this.#textCount];
    if (fields === undefined) this.#fieldsOfText[this.#textCount] = [field];
    else {
      fields.length = 1;
      fields[0] = field;
    }
    this.#textCount += 1;
    return true;
  }

  #wakePresence(field: number, route: Route): void {
    const atom = this.#compiled.presence[field] ?? -1;
    if (atom !== -1) this.#wake(atom, route);
  }

  #scan(index: number, route: Route): void {
    const text = this.#texts[index] ?? '';
    const fields = this.#fieldsOfText[index] ?? [];
    const folded = fold(text);
    this.#text += 1;
    for (const field of fields) {
      this.#inText[field] = this.#text;
      this.#wakeEqual(field, folded, route);
    }
    const { next, classes, classOf, literalAt, shorter } = this.#compiled.automaton;
    const { hot } = route;
    let state = 0;
    for (let at = 0; at < folded.length; at += 1) {
      state = next[state * classes + (classOf[folded.charCodeAt(at)] ?? 0)] ?? 0;
      if (hot[state] === 0) continue;
      for (let end = state; end !== 0; end = shorter[end] ?? 0) {
        const literal = literalAt[end] ?? -1;
        if (literal !== -1) this.#heard(literal, at + 1, { text, folded, route });
      }
    }
  }

  #wakeEqual(field: number, folded: string, route: Route): void {
    const equals = this.#compiled.equals[field];
    // Most texts are longer than what any rule wants whole.
    if (equals === undefined || folded.length > equals.longest) return;
    const atoms = equals.texts.get(folded);
    if (atoms !== undefined) for (const atom of atoms) this.#wake(atom, route);
  }

  /** A literal ends before `end`: asks who listens for it in one of the fields that hold this text. */
  #heard(literal: number, end: number, heard: Heard): void {
    const { starts, items } = this.#compiled.listeners;
    const stop = starts[literal + 1] ?? 0;
    for (let index = starts[literal] ?? 0; index < stop; index += 1) {
      const id = items[index] ?? 0;
      const field = this.#compiled.fieldOf[id] ?? MESSAGE;
      if (this.#inText[field] !== this.#text || this.#known[id] === this.#event * 2 + 1) continue;
      if (this.#confirms(id, end, heard)) this.#wake(id, heard.route);
    }
  }

  #confirms(id: number, end: number, { text, folded }: Heard): boolean {
    const check = this.#compiled.atoms[id]?.check;
    if (check === undefined || check.wake.by !== 'literal') return false;
    if (check.wake.shape === 'anywhere') {
      // Longer than the window: the rest is compared where it must stand.
      const [whole = ''] = check.wake.literals;
      const { window } = this.#compiled.automaton;
      return whole.length <= window || folded.startsWith(whole, end - window);
    }
    // Once for each text: a literal that comes a thousand times costs one look.
    if (this.#askedIn[id] === this.#text) return false;
    this.#askedIn[id] = this.#text;
    return check.testText?.(text, folded) === true;
  }

  #wake(atom: number, route: Route): void {
    const yes = this.#event * 2 + 1;
    if (this.#known[atom] === yes) return;
    this.#known[atom] = yes;
    const { woken } = this.#compiled;
    const stop = woken.starts[atom + 1] ?? 0;
    for (let index = woken.starts[atom] ?? 0; index < stop; index += 1) {
      const rule = woken.items[index] ?? 0;
      if (route.ruleOn[rule] === 0 || this.#candidateIn[rule] === this.#event) continue;
      this.#candidateIn[rule] = this.#event;
      this.#candidates.push(rule);
    }
  }

  #holds(rule: number, event: SigmaEvent): boolean {
    const node = this.#compiled.nodes[rule];
    return node !== undefined && this.#evaluate(node, event);
  }

  #evaluate(node: Node, event: SigmaEvent): boolean {
    switch (node.kind) {
      case 'atom':
        return this.#answer(node.atom, event);
      case 'not':
        return !this.#evaluate(node.part, event);
      case 'all':
        for (const part of node.parts) if (!this.#evaluate(part, event)) return false;
        return true;
      case 'any':
        break;
    }
    for (const part of node.parts) if (this.#evaluate(part, event)) return true;
    return false;
  }

  #answer(id: number, event: SigmaEvent): boolean {
    const known = this.#known[id] ?? 0;
    if (known >= this.#event * 2) return known % 2 === 1;
    const atom = this.#compiled.atoms[id];
    // What the scan did not hear does not hold.
    if (atom === undefined || atom.isScanned) return false;
    const answer = atom.check.test(event);
    this.#known[id] = this.#event * 2 + (answer ? 1 : 0);
    return answer;
  }
}

interface Heard {
  readonly text: string;
  readonly folded: string;
  readonly route: Route;
}

const LOOK_BACK = 16;
