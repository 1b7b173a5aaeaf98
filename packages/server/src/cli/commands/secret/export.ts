import type { Context, Input, Verb } from '../../command.ts';
import { openEitherApi } from '../../connection/program-api.ts';
import { ENV_FORMATS, writeVariables } from '../../env-file/formats.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { forOutput } from '../../terminal/table.ts';
import { fetchValues, listPlace, wantedFromAll } from '../../running/fetch-values.ts';

const HELP = 'holdfast secret export --help';
const PURPOSE = 'export';

export const exportVerb: Verb = {
  name: 'export',
  summary: 'print the secrets of an environment in clear',
  about: 'To stdout only. Each read is recorded with the purpose export. Programs need no such file: holdfast run.',
  options: [
    { flags: '--app <id>', help: 'application' },
    { flags: '--env <name>', help: 'environment, for example staging' },
    { flags: '--format <form>', help: 'how (dotenv)', choices: ENV_FORMATS },
  ],
  examples: [
    'holdfast secret export --app shop --env staging > /dev/shm/shop.env',
    'holdfast secret export --app shop --env staging --format json | jq -r .API_KEY',
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const [application, environment] = [input.text('app'), input.text('env')];
  if (application === null || environment === null) throw new UsageFault('secret export needs --app and --env.', HELP);
  const format = ENV_FORMATS.find((known) => known === input.text('format')) ?? 'dotenv';
  await using api = await openEitherApi(context);
  const { wanted, leftOut } = wantedFromAll(await listPlace(api, { application, environment }, PURPOSE));
  if (context.flags.dryRun) {
    const names = wanted.map(({ variable }) => variable);
    return { data: { dryRun: true, names, leftOut }, text: names.map((name) => `would print ${name}\n`).join('') };
  }
  const { values } = await fetchValues(api, wanted, { purpose: PURPOSE });
  const written = writeVariables(values, format);
  if (written.kind === 'unfit')
    throw new UsageFault(`The format ${format} has no way to write a value of several lines: ${written.names.join(', ')}.`, HELP);
  if (leftOut.length > 0) context.output.note(`left out, as it fits no variable: ${leftOut.join(', ')}`);
  if (context.io.stdout.isTTY === true) context.output.note('values in clear follow: this terminal may be recorded');
  return { data: { variables: Object.fromEntries(values), leftOut }, text: forOutput(context.io.stdout, written.text) };
}
