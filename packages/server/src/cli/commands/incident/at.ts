import type { IncidentDetail } from '@holdfast/contract';
import type { Context, Input, OptionDefinition } from '../../command.ts';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';

export const INCIDENTS = '/api/v1/incidents';
export const ID = { name: '<incident>', help: 'its number, or its id' };
export const REASON: OptionDefinition = { flags: '--reason <text>', help: 'why; kept in the ledger' };
export const SAMPLE = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
// As the contract names them, which is not loaded for a command.
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
export const PHASES = ['detect', 'triage', 'contain', 'eradicate', 'recover', 'closed'];
export const VERDICTS = ['true-positive', 'benign', 'false-positive', 'duplicate'];

export const at = (input: Input): string => `${INCIDENTS}/${segment(input.words[0] ?? '')}`;

/** What has no default has to be said. */
export function must(input: Input, name: string, verb: string): string {
  const text = input.text(name);
  if (text === null) throw new UsageFault(`incident ${verb} needs --${name}.`, `holdfast incident ${verb} --help`);
  return text;
}

interface Step {
  readonly method?: 'POST' | 'PATCH';
  readonly path?: string;
  readonly body: object;
  readonly text: (view: IncidentDetail) => string;
}

export const send = (context: Context, input: Input, { method = 'POST', path = '', body, text }: Step): Promise<Outcome> =>
  change<IncidentDetail>(context, { method, path: `${at(input)}${path}`, body }, (view) => ({ data: view, text: text(view) }));
