import type { Application, ApplicationView, LoginSettings } from '@holdfast/contract';
import { planned } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { Context, Input, Verb } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';

const PATH = '/api/v1/applications';
const ALIASES = ['pomerium', 'cloudflare'] as const;

export const forwardAuth: Verb = {
  name: 'forward-auth',
  summary: 'proxies that stay in front and ask Holdfast who a visitor is',
  about:
    'Lists are replaced, not added to; what is not said stays as it is. List the proxies themselves and no network of others: what they say of a visitor is believed.',
  words: [{ name: '<id>', help: 'id of the application' }],
  options: [
    { flags: '--proxy <prefix...>', help: 'addresses of the proxies that may ask' },
    { flags: '--off', help: 'nobody may ask any more' },
    { flags: '--alias <name...>', help: 'the signed identity also under the header name of pomerium, cloudflare; or none' },
  ],
  examples: ['holdfast app forward-auth shop --proxy 127.0.0.1', 'holdfast app forward-auth shop --off'],
  run: setForwardAuth,
};

async function setForwardAuth(context: Context, input: Input): Promise<Outcome> {
  const path = `${PATH}/${segment(input.words[0] ?? '')}`;
  const change = readChange(input);
  await using api = await context.api();
  const before = await api.call<ApplicationView>({ method: 'GET', path });
  const login: LoginSettings = { ...before.application.login, ...change };
  const body: Application = { ...before.application, login };
  // Only if it is still what was just read: another operator's change in between must not be undone.
  const call = { method: 'PUT', path, body, headers: { 'if-match': `"${before.revision}"` } } as const;
  if (context.flags.dryRun) return planned(call);
  const view = await api.call<ApplicationView>(call);
  return { data: view, text: `${view.application.id}: ${describe(view.application.login)}\n` };
}

function readChange(input: Input): Partial<LoginSettings> {
  const proxies = input.list('proxy');
  const wanted = input.list('alias');
  const isOff = input.isSet('off');
  if (isOff && proxies.length > 0)
    throw new UsageFault('--off and --proxy contradict each other.', 'holdfast app forward-auth --help');
  if (!isOff && proxies.length === 0 && wanted.length === 0)
    throw new UsageFault('app forward-auth needs --proxy, --alias or --off.', 'holdfast app forward-auth --help');
  const assertionAliases = wanted.includes('none') ? [] : ALIASES.filter((alias) => wanted.includes(alias));
  if (!wanted.includes('none') && assertionAliases.length < new Set(wanted).size)
    throw new UsageFault(`An alias is one of ${ALIASES.join(', ')}, none.`, 'holdfast app forward-auth --help');
  return {
    ...(isOff || proxies.length > 0 ? { forwardAuth: { proxies: [...proxies] } } : {}),
    ...(wanted.length > 0 ? { assertionAliases } : {}),
  };
}

function describe({ mode, forwardAuth: { proxies }, assertionAliases }: LoginSettings): string {
  const aliases = assertionAliases.length === 0 ? '' : `; the identity also for readers of ${assertionAliases.join(', ')}`;
  if (proxies.length === 0) return `no proxy may ask${aliases}`;
  const warning = mode === 'off' ? '\nsign-in is off, so nobody is asked who they are: holdfast app login ID required' : '';
  return `${proxies.join(', ')} may ask who a visitor is${aliases}${warning}`;
}
