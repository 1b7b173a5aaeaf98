import { switchVariable, type ReadCondition } from './conditions.ts';
import { pointerOf, type Faults } from './fault.ts';
import type { Playbook, Step, Variable } from './playbook.ts';
import { variablesIn } from './substitution.ts';
import { entriesOf, ownOf } from './validate.ts';
import { isKnownType, whyNotOfType } from './values.ts';

export const VARIABLES_MAX = 200;

type Declared = ReadonlyMap<string, Variable>;

/** Variables are declared before they are used, hold what their type says, and change only when they may (CACAO 2.0 §10.18). */
export function judgeVariables(playbook: Playbook, read: (text: string) => ReadCondition, faults: Faults): void {
  const { variables, steps, document } = playbook;
  const all = [...variables, ...[...steps.values()].flatMap((step) => step.variables)];
  if (all.length > VARIABLES_MAX) faults.error('/playbook_variables', `more than ${VARIABLES_MAX} variables`);
  judgeDeclared(variables, ['playbook_variables'], faults);
  const global: Declared = new Map(variables.map((variable) => [variable.name, variable]));
  const anywhere = new Set(all.map(({ name }) => name));
  for (const step of steps.values()) {
    judgeDeclared(step.variables, ['workflow', step.id, 'step_variables'], faults);
    const declared = new Map([...global, ...step.variables.map((variable) => [variable.name, variable] as const)]);
    judgeUses(playbook, { step, declared, read, faults });
  }
  // Agents and targets see the variables of the step that uses them, so that any declaration is one.
  for (const name of ['agent_definitions', 'target_definitions', 'authentication_info_definitions'])
    for (const { text, pointer } of textsIn(ownOf(document, name), pointerOf(name)))
      for (const used of variablesIn(text)) if (!anywhere.has(used)) faults.error(pointer, `${used} is not declared`);
}

function judgeDeclared(variables: readonly Variable[], at: readonly string[], faults: Faults): void {
  for (const { name, type, value } of variables) {
    if (!isKnownType(type)) faults.warning(pointerOf(...at, name, 'type'), `values of type ${type} are not looked at`);
    const why = value === null ? null : whyNotOfType(type, value);
    if (why !== null) faults.error(pointerOf(...at, name, 'value'), why);
  }
}

interface Uses {
  readonly step: Step;
  readonly declared: Declared;
  readonly read: (text: string) => ReadCondition;
  readonly faults: Faults;
}

function judgeUses({ document }: Playbook, { step, declared, read, faults }: Uses): void {
  const at = (...parts: readonly (string | number)[]): string => pointerOf('workflow', step.id, ...parts);
  const use = (name: string, pointer: string): void => {
    if (!declared.has(name)) faults.error(pointer, `${name} is not declared`);
  };
  if (step.type === 'if-condition' || step.type === 'while-condition') {
    const found = read(step.condition);
    if (found.kind === 'condition') for (const name of found.condition.names) use(name, at('condition'));
  }
  if (step.type === 'switch-condition') {
    const name = switchVariable(step.expression);
    if (name !== null) use(name, at('switch'));
  }
  if (!('outArgs' in step)) return;
  for (const [index, name] of step.inArgs.entries()) use(name, at('in_args', index));
  for (const [index, name] of step.outArgs.entries()) {
    use(name, at('out_args', index));
    if (declared.get(name)?.isConstant === true) faults.error(at('out_args', index), `${name} is constant`);
  }
  const raw = ownOf(ownOf(ownOf(document, 'workflow'), step.id), 'commands');
  for (const { text, pointer } of textsIn(raw, at('commands'))) {
    for (const name of variablesIn(text)) use(name, pointer);
    if (hasBare(text)) faults.warning(pointer, 'a variable that is not written $$__name__:value$$ is not replaced');
  }
}

/** `__name__:value` without its dollars: some producers write it so. */
function hasBare(text: string): boolean {
  for (const { index } of text.slice(0, 20_000).matchAll(/__[A-Za-z0-9_-]{1,200}__:value/gu))
    if (text.slice(Math.max(0, index - 2), index) !== '$$') return true;
  return false;
}

interface Text {
  readonly text: string;
  readonly pointer: string;
}

/** All texts below a value. The document was found not to be too deep. */
function textsIn(value: unknown, pointer: string): readonly Text[] {
  if (typeof value === 'string') return value.includes(':value') ? [{ text: value, pointer }] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, `${pointer}/${index}`));
  return entriesOf(value).flatMap(([key, item]) => textsIn(item, `${pointer}${pointerOf(key)}`));
}
