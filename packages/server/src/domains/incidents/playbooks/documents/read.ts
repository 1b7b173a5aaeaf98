import { PLAYBOOK_CHARS_MAX, type PlaybookFault } from '@holdfast/contract';
import { Faults } from './fault.ts';
import { judge } from './judge.ts';
import type { Playbook } from './playbook.ts';
import type { ReadOptions } from './read-options.ts';
import { readAgent, readStep, readVariables, textOf, textsOf } from './read-step.ts';
import { entriesOf, isRecord, boundsFault, ownOf, validate, type Json } from './validate.ts';

export const STEPS_MAX = 1000;

export interface ReadPlaybook {
  /** Null = it has errors. */
  readonly playbook: Playbook | null;
  readonly faults: readonly PlaybookFault[];
}

/**
 * Reads a CACAO 2.0 playbook: first whether its parts are what the specification says, then whether they make sense together.
 * All faults at once, each with the pointer to its place. Never throws, whatever it is given.
 */
export function readPlaybook(document: unknown, options: ReadOptions = {}): ReadPlaybook {
  const faults = new Faults();
  if (!isRecord(document)) return refused(faults, 'a playbook is a JSON object');
  const beyond = boundsFault(document);
  if (beyond !== null) return refused(faults, beyond.detail, beyond.pointer);
  if (JSON.stringify(document).length > PLAYBOOK_CHARS_MAX)
    return refused(faults, `longer than ${PLAYBOOK_CHARS_MAX} characters`);
  if (entriesOf(ownOf(document, 'workflow')).length > STEPS_MAX)
    return refused(faults, `more than ${STEPS_MAX} steps`, '/workflow');
  validate(document, faults);
  // What is of another type than it should be says nothing about what it would mean.
  if (faults.hasErrors) return { playbook: null, faults: faults.list };
  const playbook = toPlaybook(document);
  judge(playbook, faults, options);
  return { playbook: faults.hasErrors ? null : playbook, faults: faults.list };
}

function refused(faults: Faults, why: string, pointer = ''): ReadPlaybook {
  faults.error(pointer, why);
  return { playbook: null, faults: faults.list };
}

function toPlaybook(document: Json): Playbook {
  const steps = entriesOf(ownOf(document, 'workflow')).flatMap(([id, step]) => {
    const read = isRecord(step) ? readStep(id, step) : null;
    return read === null ? [] : [[id, read] as const];
  });
  const agents = entriesOf(ownOf(document, 'agent_definitions')).map(([id, agent]) => [id, readAgent(id, agent)] as const);
  return {
    id: textOf(document, 'id') ?? '',
    name: (textOf(document, 'name') ?? '').slice(0, 200),
    description: (textOf(document, 'description') ?? '').slice(0, 4000),
    types: textsOf(document, 'playbook_types').slice(0, 32),
    labels: textsOf(document, 'labels').slice(0, 64),
    start: textOf(document, 'workflow_start') ?? '',
    exception: textOf(document, 'workflow_exception'),
    steps: new Map(steps),
    variables: readVariables(ownOf(document, 'playbook_variables')),
    agents: new Map(agents),
    document,
  };
}
