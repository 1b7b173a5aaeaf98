import type { ActionView, IsolatedView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, LeafBody } from '../../command.ts';
import { listAll } from '../../connection/client.ts';
import { incidentOf } from '../../connection/incident-id.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTime } from '../../terminal/table.ts';
import { parseDuration } from '../../words/duration.ts';
import { isolationTable } from './words.ts';

const ISOLATIONS = '/api/v1/isolations';
const ACTIONS = '/api/v1/actions';
const HELP = 'holdfast isolate --help';

export const isolate: LeafBody = {
  about:
    'Gateways answer 503 in every mode but break-glass, within a second; whoever is named with --allow still comes through. ' +
    'It waits for somebody else to agree, and ends by itself. Without an application, or with list, it shows what is cut off.',
  words: [{ name: '[app]', help: 'application; or list' }],
  options: [
    { flags: '--route <path>', help: 'only this route; {} stands for one segment, a last ** for all that follow' },
    { flags: '--method <name>', help: 'only this method; with --route (every method)' },
    { flags: '--read-only', help: 'refuse only what changes something' },
    { flags: '--allow <prefix...>', help: 'addresses that still come through' },
    { flags: '--for <time>', help: 'how long (1h)' },
    { flags: '--forever', help: 'until it is released' },
    { flags: '--incident <incident>', help: 'number or id of the incident that it is done for' },
    { flags: '--reason <text>', help: 'why; kept with the action and in the ledger' },
  ],
  examples: [
    'holdfast isolate list',
    "holdfast isolate shop --route '/admin/**' --for 2h --reason 'the export leaks'",
    "holdfast isolate shop --read-only --allow 192.0.2.0/24 --reason 'somebody writes who should not'",
  ],
  run: async (context, input) =>
    input.words[0] === undefined || input.words[0] === 'list' ? list(context) : cutOff(context, input, requestOf(input)),
};

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const isolations = await listAll<IsolatedView>(api, { method: 'GET', path: ISOLATIONS });
  return { data: { isolations }, text: () => isolationTable(isolations) };
}

function requestOf(input: Input): object {
  refuseMixed(input);
  const [application] = input.words;
  const [route, method, time] = ['route', 'method', 'for'].map((name) => input.text(name) ?? undefined);
  const until = input.isSet('forever')
    ? { forSeconds: null }
    : time === undefined
      ? {}
      : { forSeconds: parseDuration(time, '--for') };
  const shared = { application, allow: [...input.list('allow')], ...until };
  const about = { reason: input.text('reason') };
  if (input.isSet('readOnly')) return { action: 'read-only', parameters: shared, ...about };
  if (route === undefined) return { action: 'quarantine-application', parameters: shared, ...about };
  const place = { route, ...(method === undefined ? {} : { method: method.toUpperCase() }) };
  return { action: 'quarantine-route', parameters: { ...shared, ...place }, ...about };
}

function refuseMixed(input: Input): void {
  const has = (name: string): boolean => input.text(name) !== null;
  if (!has('reason')) throw new UsageFault('isolate needs --reason.', HELP);
  if (input.isSet('readOnly') && has('route')) throw new UsageFault('Use either --route or --read-only.', HELP);
  if (has('method') && !has('route')) throw new UsageFault('--method goes with --route.', HELP);
  if (has('for') && input.isSet('forever')) throw new UsageFault('Use either --for or --forever.', HELP);
}

async function cutOff(context: Context, input: Input, request: object): Promise<Outcome> {
  const incident = await incidentOf(context, input);
  const body = { ...request, ...(incident === null ? {} : { incident }) };
  return change<ActionView>(context, { method: 'POST', path: ACTIONS, body }, (view) => ({
    data: view,
    text: textOf(view),
    exit: view.state === 'effective' ? EXIT.ok : view.state === 'refused' ? EXIT.unsafe : EXIT.findings,
  }));
}

function textOf({ id, state, plan, outcome }: ActionView): string {
  const until = plan.expiresAt === null ? 'until it is released' : `until ${formatTime(plan.expiresAt)}`;
  const touched = `${plan.impact.clients} clients of the last hour`;
  if (state === 'effective')
    return `${outcome ?? plan.summary} ${until}; it touches ${touched}\nundo: holdfast release ${id} --reason TEXT\n`;
  if (state === 'waiting')
    return `it waits for somebody else to agree; it would touch ${touched}\nnext: holdfast action approve ${id} --reason TEXT\n`;
  return `${state}: ${outcome ?? plan.refused ?? plan.summary}\n`;
}
