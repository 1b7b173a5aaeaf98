import { setTimeout as delay } from 'node:timers/promises';
import type { RewrapView } from '@holdfast/contract';
import type { ApiClient } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { planned } from '../../change.ts';
import { EXIT } from '../../exit-codes.ts';
import { Interrupted } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { rewrapText } from './words.ts';

const PATH = '/api/v1/keys/rewrap';
const LOOK_MS = 500;

export const rewrap: Verb = {
  name: 'rewrap',
  summary: 'seal anew what lies under earlier keys, while everything goes on',
  about: 'It goes on by itself after a restart. Exit 1 when something does not open: it stays as it was, and so does its key.',
  options: [{ flags: '--watch', help: 'wait until it is done and show how far it is' }],
  examples: ['holdfast key rewrap', 'holdfast key rewrap --watch'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  if (context.flags.dryRun) return planned({ method: 'POST', path: PATH });
  await using api = await context.api();
  const started = await api.call<RewrapView>({ method: 'POST', path: PATH });
  // Without a server it is this process that works: it must not end before the work does.
  const view = input.isSet('watch') || api.server === 'down' ? await watch(context, api, started) : started;
  return { data: view, exit: view.state === 'failed' ? EXIT.findings : EXIT.ok, text: `${rewrapText(view)}\n` };
}

async function watch(context: Context, api: ApiClient, started: RewrapView): Promise<RewrapView> {
  let view = started;
  while (view.state === 'running') {
    await delay(LOOK_MS, undefined, { signal: context.signal }).catch(() => {
      throw new Interrupted();
    });
    view = await api.call<RewrapView>({ method: 'GET', path: PATH });
    if (view.state === 'running') context.output.note(rewrapText(view));
  }
  return view;
}
