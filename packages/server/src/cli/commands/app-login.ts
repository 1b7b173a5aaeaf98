import { loginModeSchema, type Application, type ApplicationView, type LoginSettings } from '@holdfast/contract';
import { planned } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { Context, Input, Verb } from '../command.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';

const PATH = '/api/v1/applications';
const HELP = 'holdfast app login --help';

export const login: Verb = {
  name: 'login',
  summary: 'who has to sign in before a request reaches the application',
  about:
    'off asks nobody, optional names people who signed in, required lets nobody else in. What is not said stays as it is; sessions keep the limits they began with.',
  words: [
    { name: '<id>', help: 'id of the application' },
    { name: '<mode>', help: 'off, optional or required' },
  ],
  options: [
    { flags: '--mfa <choice>', help: 'a session needs a second factor', choices: ['on', 'off'] },
    { flags: '--idle-minutes <n>', help: 'a session ends after this long without a request' },
    { flags: '--absolute-hours <n>', help: 'a session ends after this long whatever happens' },
    { flags: '--sessions <n>', help: 'sessions of one person; one more ends the oldest' },
    { flags: '--sign-up <choice>', help: 'anybody with an e-mail address can sign up', choices: ['on', 'off'] },
  ],
  examples: ['holdfast app login shop required', 'holdfast app login shop required --idle-minutes 15 --sessions 2'],
  run: setLogin,
};

async function setLogin(context: Context, input: Input): Promise<Outcome> {
  const [id = '', wanted = ''] = input.words;
  const mode = loginModeSchema.safeParse(wanted);
  if (!mode.success) throw new UsageFault('The mode is one of off, optional, required.', HELP);
  const path = `${PATH}/${segment(id)}`;
  await using api = await context.api();
  const before = await api.call<ApplicationView>({ method: 'GET', path });
  const settings = { ...before.application.login, mode: mode.data, ...readOptions(input) };
  const body: Application = { ...before.application, login: settings };
  // Only if it is still what was just read: another operator's change in between must not be undone.
  const call = { method: 'PUT', path, body, headers: { 'if-match': `"${before.revision}"` } } as const;
  if (context.flags.dryRun) return planned(call);
  if (isWeaker(before.application.login, settings) && !(await context.confirm(`Let people into ${id} with less than now?`)))
    throw new NotConfirmed(`Sign-in for ${id} is as it was.`);
  const view = await api.call<ApplicationView>(call);
  return { data: view, text: `${id}: ${describe(view.application.login)}\n` };
}

function readOptions(input: Input): Partial<LoginSettings> {
  const mfa = input.text('mfa');
  const idleMinutes = readNumber(input, 'idleMinutes');
  const absoluteHours = readNumber(input, 'absoluteHours');
  const sessionsMax = readNumber(input, 'sessions');
  const signUp = input.text('signUp');
  return {
    ...(signUp === null ? {} : { signUp: signUp === 'on' ? 'on' : 'off' }),
    ...(mfa === null ? {} : { mfa: mfa === 'on' }),
    ...(idleMinutes === null ? {} : { idleMinutes }),
    ...(absoluteHours === null ? {} : { absoluteHours }),
    ...(sessionsMax === null ? {} : { sessionsMax }),
  };
}

/** The schema of the API knows the limits. */
function readNumber(input: Input, option: string): number | null {
  const text = input.text(option);
  if (text === null) return null;
  if (!/^[1-9]\d{0,5}$/u.test(text)) throw new UsageFault('Minutes, hours and sessions are whole numbers above 0.', HELP);
  return Number(text);
}

const STRICTNESS: Readonly<Record<LoginSettings['mode'], number>> = { off: 0, optional: 1, required: 2 };

function isWeaker(before: LoginSettings, after: LoginSettings): boolean {
  if (STRICTNESS[after.mode] !== STRICTNESS[before.mode]) return STRICTNESS[after.mode] < STRICTNESS[before.mode];
  const isOpened = before.signUp === 'off' && after.signUp === 'on';
  return after.mode !== 'off' && ((before.mfa && !after.mfa) || isOpened);
}

function describe({ mode, mfa, idleMinutes, absoluteHours, sessionsMax, signUp }: LoginSettings): string {
  if (mode === 'off') return 'nobody is asked to sign in';
  const factor = mfa ? 'with a second factor' : 'one factor is enough';
  const open = signUp === 'on' ? ', anybody can sign up' : '';
  return `sign-in is ${mode}, ${factor}${open}; sessions end after ${idleMinutes} idle minutes or ${absoluteHours} hours, ${sessionsMax} for each person`;
}
