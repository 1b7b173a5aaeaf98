import { z } from 'zod';
import { anObject, extensions, flag, identifier, reference, share, some, text, timestamp } from './words.ts';
import { signature } from './schema-agents.ts';

/** Steps, commands and the head of a playbook (CACAO 2.0 §3 to §5). */

const headers = z.record(z.string(), z.array(text));
const written = { command: text.optional(), command_b64: text.optional() };
const encoded = { command_b64: text };

export const anyCommand = z.looseObject({
  type: text,
  description: text.optional(),
  version: text.optional(),
  playbook_activity: text.optional(),
  external_references: z.array(reference).optional(),
});

/** Beyond what all commands have; of types that others define nothing is known. */
export const COMMANDS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ...['bash', 'caldera-cmd', 'manual', 'powershell', 'ssh'].map((type) => [type, z.looseObject(written)] as const),
  ...['elastic', 'jupyter', 'kestrel', 'sigma', 'yara'].map((type) => [type, z.looseObject(encoded)] as const),
  [
    'http-api',
    z.looseObject({ command: text, headers: headers.optional(), content: text.optional(), content_b64: text.optional() }),
  ],
  ['openc2-http', z.looseObject({ command: text, headers: headers.optional(), content_b64: text })],
]);

const args = some(text).optional();
const absent = z.undefined({ error: 'a step of this type has none' }).optional();

const step = <const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({
    type: z.literal(type),
    name: text.optional(),
    description: text.optional(),
    external_references: some(reference).optional(),
    delay: z.number().int().min(1).optional(),
    timeout: z.number().int().optional(),
    step_variables: anObject.optional(),
    owner: identifier.optional(),
    on_completion: identifier.optional(),
    on_success: identifier.optional(),
    on_failure: identifier.optional(),
    step_extensions: extensions.optional(),
    ...shape,
  });

/** Where a case of a switch leads: an identifier whose type ends in that of a step. */
const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}';
const CASE = new RegExp(`(?:action|end|if-condition|parallel|playbook|start|switch-condition|while-condition)--${UUID}$`, 'u');

export const STEPS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['start', step('start', { on_success: absent, on_failure: absent })],
  ['end', step('end', { on_completion: absent, on_success: absent, on_failure: absent })],
  [
    'action',
    step('action', {
      commands: some(anyCommand),
      agent: identifier,
      targets: some(identifier).optional(),
      in_args: args,
      out_args: args,
    }),
  ],
  [
    'playbook-action',
    step('playbook-action', {
      playbook_id: identifier,
      playbook_version: timestamp.optional(),
      in_args: args,
      out_args: args,
    }),
  ],
  ['parallel', step('parallel', { next_steps: z.array(identifier).min(2, 'at least two are needed') })],
  ['if-condition', step('if-condition', { condition: text, on_true: identifier, on_false: identifier.optional() })],
  ['while-condition', step('while-condition', { condition: text, on_true: identifier })],
  [
    'switch-condition',
    step('switch-condition', {
      switch: text,
      cases: z.record(z.string(), text.regex(CASE, 'a case leads to a step')),
    }),
  ],
]);

const SUMMARY = [
  'manual_playbook',
  'external_playbooks',
  'parallel_processing',
  'if_logic',
  'while_logic',
  'switch_logic',
  'temporal_logic',
  'data_markings',
  'digital_signatures',
  'countersigned_signatures',
  'extensions',
];
const filled = anObject.refine((value) => Object.keys(value).length > 0, 'at least one is needed');

export const playbookHead = z.looseObject({
  type: z.literal('playbook'),
  spec_version: z.literal('cacao-2.0'),
  id: identifier,
  name: text,
  created_by: identifier,
  created: timestamp,
  modified: timestamp,
  workflow_start: identifier,
  workflow: anObject,
  description: text.optional(),
  playbook_types: z.array(text).optional(),
  playbook_activities: some(text).optional(),
  playbook_processing_summary: z.looseObject(Object.fromEntries(SUMMARY.map((name) => [name, flag.optional()]))).optional(),
  revoked: flag.optional(),
  valid_from: timestamp.optional(),
  valid_until: timestamp.optional(),
  derived_from: some(identifier).optional(),
  related_to: some(identifier).optional(),
  priority: share.optional(),
  severity: share.optional(),
  impact: share.optional(),
  industry_sectors: some(text).optional(),
  labels: some(text).optional(),
  external_references: some(reference).optional(),
  markings: some(identifier).optional(),
  playbook_variables: anObject.optional(),
  workflow_exception: identifier.optional(),
  playbook_extensions: extensions.optional(),
  authentication_info_definitions: filled.optional(),
  agent_definitions: filled.optional(),
  target_definitions: filled.optional(),
  extension_definitions: anObject.optional(),
  data_marking_definitions: anObject.optional(),
  signatures: some(signature).optional(),
});
