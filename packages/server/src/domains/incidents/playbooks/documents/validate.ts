import type { z } from 'zod';
import { pointerOf, type Faults } from './fault.ts';
import { AGENTS, CREDENTIALS, EXTENSIONS, MARKINGS } from './schema-agents.ts';
import { COMMANDS, playbookHead, STEPS } from './schema-steps.ts';
import { anObject, typeOfKey, variable, VARIABLE_NAME } from './words.ts';

export const DEPTH_MAX = 32;
/** Of one list. */
const ITEMS_MAX = 1000;

export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own entries only; whatever else it is, it has none. */
export const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(value) ? Object.entries(value) : [];
export const ownOf = (value: unknown, key: string): unknown =>
  isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** Whether a document is what the specification says its parts are; what they mean together is looked at afterwards. */
export function validate(document: unknown, faults: Faults): void {
  hold(document, { to: playbookHead, at: [] }, faults);
  holdVariables(document, [], faults);
  for (const [name, kinds] of DEFINITIONS) {
    for (const [key, definition] of entriesOf(ownOf(document, name))) {
      const kind = kinds.get(typeOfKey(key) ?? '');
      if (kind !== undefined) hold(definition, { to: kind, at: [name, key] }, faults);
    }
  }
  for (const [key, step] of entriesOf(ownOf(document, 'workflow'))) holdStep(key, step, faults);
}

const DEFINITIONS = new Map([
  ['authentication_info_definitions', CREDENTIALS],
  ['agent_definitions', AGENTS],
  ['target_definitions', AGENTS],
  ['data_marking_definitions', MARKINGS],
  ['extension_definitions', EXTENSIONS],
]);

function holdStep(key: string, step: unknown, faults: Faults): void {
  const at = ['workflow', key];
  const kind = STEPS.get(typeOfKey(key) ?? '');
  if (kind === undefined) return faults.error(pointerOf(...at), 'the key of a step is its type, two hyphens and a UUID');
  hold(step, { to: kind, at }, faults);
  for (const [name, extension] of entriesOf(ownOf(step, 'step_extensions')))
    if (typeOfKey(name) === 'extension-definition')
      hold(extension, { to: anObject, at: [...at, 'step_extensions', name] }, faults);
  holdVariables(step, at, faults);
  const commands = ownOf(step, 'commands');
  for (const [index, command] of Array.isArray(commands) ? commands.entries() : []) {
    const type = ownOf(command, 'type');
    const wanted = typeof type === 'string' ? COMMANDS.get(type) : undefined;
    if (wanted !== undefined) hold(command, { to: wanted, at: [...at, 'commands', index] }, faults);
  }
}

function holdVariables(holder: unknown, at: readonly string[], faults: Faults): void {
  const name = at.length === 0 ? 'playbook_variables' : 'step_variables';
  for (const [key, declared] of entriesOf(ownOf(holder, name))) {
    const place = [...at, name, key];
    if (VARIABLE_NAME.test(key)) hold(declared, { to: variable, at: place }, faults);
    else faults.error(pointerOf(...place), 'a variable is written __name__, of letters, digits, _ and -');
  }
}

interface Held {
  readonly to: z.ZodType;
  readonly at: readonly (string | number)[];
}

function hold(value: unknown, { to, at }: Held, faults: Faults): void {
  // Nobody is told more, so that nothing more is looked for.
  if (faults.isFull) return;
  const read = to.safeParse(value);
  if (read.success) return;
  for (const issue of read.error.issues) faults.error(pointerOf(...at, ...issue.path), wordsOf(issue, value));
}

function wordsOf(issue: z.core.$ZodIssue, value: unknown): string {
  let found: unknown = value;
  for (const part of issue.path) found = Array.isArray(found) ? found[Number(part)] : ownOf(found, String(part));
  if (found === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) return 'required, and not there';
  return issue.message;
}

interface Spot {
  readonly value: unknown;
  readonly key: string;
  readonly in: Spot | null;
}

/** What is deeper or longer than is read here. Looked at first, without recursion: each fault in a long list would be one to tell. */
export function boundsFault(document: unknown): { readonly pointer: string; readonly detail: string } | null {
  let level: Spot[] = [{ value: document, key: '', in: null }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return { pointer: '', detail: 'nested too deep' };
    const next: Spot[] = [];
    for (const spot of level) {
      const { value } = spot;
      if (typeof value !== 'object' || value === null) continue;
      if (Array.isArray(value) && value.length > ITEMS_MAX)
        return { pointer: pointerTo(spot), detail: `more than ${ITEMS_MAX} items` };
      for (const [key, item] of Object.entries(value)) next.push({ value: item, key, in: spot });
    }
    level = next;
  }
  return null;
}

function pointerTo(spot: Spot): string {
  const keys: string[] = [];
  for (let at: Spot = spot; at.in !== null; at = at.in) keys.unshift(at.key);
  return pointerOf(...keys);
}
