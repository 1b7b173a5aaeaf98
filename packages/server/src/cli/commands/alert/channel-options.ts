import type { ChannelView } from '@holdfast/contract';
import type { Input, OptionDefinition } from '../../command.ts';
import { UsageFault } from '../../fault.ts';

/** As the contract has them; its schemas would cost every command a tenth of a second. */
const SEVERITIES: readonly ChannelView['severity'][] = ['info', 'low', 'medium', 'high', 'critical'];
const KINDS: readonly ChannelView['kinds'][number][] = ['rule', 'behaviour', 'intel', 'health'];

export const FILTERS: readonly OptionDefinition[] = [
  { flags: '--severity <name>', help: 'tell this and worse (medium)', choices: SEVERITIES },
  { flags: '--kind <name...>', help: 'what found it: rule, behaviour, intel; the health of the watch is always told' },
  { flags: '--app <id>', help: 'of one application only; all: of every one' },
  { flags: '--quiet-hours <from-to>', help: 'UTC, such as 22:00-06:00; critical ones are told all the same; none: never quiet' },
];

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/u;

function quietOf(text: string) {
  if (text === 'none') return null;
  const [from = '', to = '', ...more] = text.split('-');
  if (!TIME.test(from) || !TIME.test(to) || more.length > 0)
    throw new UsageFault('Write --quiet-hours as 22:00-06:00, in UTC, or none.', 'holdfast alert channel set --help');
  return { from, to };
}

/** What was said of when and what is told; what was not said is left out. */
export function filtersOf(input: Input) {
  const severity = input.text('severity');
  const kinds = input.list('kind');
  const application = input.text('app');
  const quiet = input.text('quietHours');
  const stranger = kinds.find((kind) => !KINDS.some((known) => known === kind));
  if (stranger !== undefined) throw new UsageFault(`There is no kind ${stranger}: ${KINDS.join(', ')}.`);
  return {
    ...(severity === null ? {} : { severity }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(application === null ? {} : { application: application === 'all' ? null : application }),
    ...(quiet === null ? {} : { quiet: quietOf(quiet) }),
  };
}

export function portOf(text: string | null): number | null {
  if (text === null) return null;
  const port = Number(text);
  if (!/^\d{1,5}$/u.test(text) || port < 1 || port > 65_535) throw new UsageFault('A port is a number from 1 to 65535.');
  return port;
}
