import type { Context, Input, LeafBody, Verb } from '../../command.ts';
import { chooserOf } from '../../running/choose.ts';
import { planProgram, runProgram, type Running } from '../../running/run-program.ts';
import type { Outcome } from '../../outcome.ts';
import { parseDuration } from '../../words/duration.ts';
import { refText } from './ref.ts';

const EVERY_MS = 10_000;
const GRACE_MS = 10_000;

const body = (name: string): LeafBody => ({
  about:
    'The values are in the environment of the program and nowhere else: not on disk, not in arguments, not in a log. It gets no variable that begins with HOLDFAST_. Its exit code and signals pass through; a secret that is missing is exit code 3 and nothing starts. Signs in with HOLDFAST_TOKEN or HOLDFAST_TOKEN_FILE at HOLDFAST_SERVER, or through the data directory.',
  words: [{ name: '<command...>', help: 'the program and its arguments, behind --' }],
  options: [
    { flags: '--app <id>', help: 'application (the only one there is)' },
    { flags: '--env <name>', help: 'environment, for example production' },
    { flags: '--only <names>', help: 'these, separated by commas, each in a variable of its name' },
    { flags: '--map <name=ref...>', help: 'a variable from NAME, NAME#FIELD or application/environment/NAME' },
    { flags: '--all', help: 'everything of the environment' },
    { flags: '--watch [how]', help: 'when a value changes: start again, or send SIGHUP', choices: ['restart', 'SIGHUP'] },
    { flags: '--every <time>', help: 'how often to look with --watch (10s)' },
    { flags: '--grace <time>', help: 'from SIGTERM to SIGKILL when it starts again (10s)' },
    { flags: '--purpose <words>', help: 'what for; stands in the record of each read (run)' },
    { flags: '--mask', help: 'mask values in what it prints to a terminal too' },
    { flags: '--no-mask', help: 'mask nothing' },
  ],
  examples: [
    `holdfast ${name} --app shop --env production --only DATABASE_URL,API_KEY -- node app.js`,
    `holdfast ${name} --env production --map PGPASSWORD=db#password -- psql -h db.internal shop`,
    `holdfast ${name} --env staging --all --watch -- npm start`,
    `DATABASE_URL=holdfast:DATABASE_URL holdfast ${name} --env production -- node app.js`,
  ],
  run,
});

const summary = 'start a program with secrets in its environment';
export const runVerb: Verb = { name: 'run', summary, ...body('secret run') };
export const runCommand: LeafBody = body('run');

async function run(context: Context, input: Input): Promise<Outcome> {
  const running = readRunning(context, input);
  if (context.flags.dryRun) {
    const { wanted, leftOut } = await planProgram(context, running);
    const variables = wanted.map(({ variable, ref, field }) => ({ variable, secret: refText(ref), field }));
    const lines = variables.map(({ variable, secret, field }) => `${variable}  ${secret}${field === null ? '' : `#${field}`}\n`);
    return { data: { dryRun: true, variables, leftOut }, text: lines.join('') };
  }
  // What it prints is the program's own: no document of ours comes behind it.
  return { data: null, text: '', isStreamed: true, exit: await runProgram(context, running) };
}

function readRunning(context: Context, input: Input): Running {
  const [command = '', ...args] = input.words;
  const time = (flag: string, otherwise: number): number => {
    const text = input.text(flag);
    return text === null ? otherwise : parseDuration(text, `--${flag}`) * 1000;
  };
  const watching = {
    onChange: input.text('watch') === 'SIGHUP' ? ('SIGHUP' as const) : ('restart' as const),
    everyMs: time('every', EVERY_MS),
    graceMs: time('grace', GRACE_MS),
  };
  return {
    command,
    args,
    purpose: (input.text('purpose') ?? 'run').trim().toLowerCase(),
    choose: chooserOf(context, input),
    masking: input.isOff('mask') ? 'never' : input.isSet('mask') ? 'always' : 'auto',
    watching: input.isSet('watch') ? watching : null,
  };
}
