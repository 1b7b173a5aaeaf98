import { SECRET_BYTES_MAX, SECRET_VALUE_FIELD, type SecretDetail, type SecretView } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { listAll, type ApiClient } from '../../connection/client.ts';
import { openEitherApi } from '../../connection/program-api.ts';
import { UsageFault } from '../../fault.ts';
import { readEnvLines } from '../../host/env-file.ts';
import type { Outcome } from '../../outcome.ts';
import { pathOf, refText, SECRETS } from './ref.ts';

export const importVerb: Verb = {
  name: 'import',
  summary: 'write the variables of a .env file as secrets',
  about:
    'All of it or nothing: a file with faults, a secret that is there already, or a write that fails leaves everything as it was. Each variable becomes a secret of its name.',
  words: [{ name: '<file>', help: 'the plain .env file; - is stdin' }],
  options: [
    { flags: '--app <id>', help: 'application' },
    { flags: '--env <name>', help: 'environment, for example production' },
    { flags: '--overwrite', help: 'secrets that are there get a new version' },
  ],
  examples: [
    'holdfast secret import .env --app shop --env staging --dry-run',
    'holdfast env decrypt .env.enc | holdfast secret import - --app shop --env production',
  ],
  run,
};

/** `current` is null where every version is hidden; `latest` 0 = there is no such secret. */
interface Before {
  readonly current: number | null;
  readonly latest: number;
}

const NONE: Before = { current: null, latest: 0 };

interface Step {
  readonly ref: { readonly application: string; readonly environment: string; readonly name: string };
  readonly value: string;
  readonly before: Before;
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const [application, environment] = [input.text('app'), input.text('env')];
  if (application === null || environment === null)
    throw new UsageFault('secret import needs --app and --env.', 'holdfast secret import --help');
  const file = input.words[0] ?? '';
  const variables = (await readEnvLines(context, file)).filter((line) => line.kind === 'variable');
  const long = variables.filter(({ value }) => value.length > SECRET_BYTES_MAX / 2);
  if (long.length > 0)
    throw faults(
      'env-file-invalid',
      long.map(({ name }) => name),
      'longer than a secret can be',
    );
  await using api = await openEitherApi(context);
  const known = await currentOf(api, { application, environment });
  const steps = variables.map(({ name, value }): Step => ({
    ref: { application, environment, name },
    value,
    before: known.get(name) ?? NONE,
  }));
  const taken = steps.filter(({ before }) => before.latest > 0).map(({ ref }) => ref.name);
  if (taken.length > 0 && !input.isSet('overwrite'))
    throw faults('conflict', taken, 'is there already: --overwrite writes a new version');
  const names = steps.map(({ ref }) => refText(ref));
  const data = { created: steps.length - taken.length, overwritten: taken.length, secrets: names };
  if (context.flags.dryRun)
    return { data: { ...data, dryRun: true }, text: names.map((name) => `would write ${name}\n`).join('') };
  await writeAll(api, steps);
  return { data, text: `wrote ${steps.length} secrets; ${file === '-' ? 'the source' : file} still holds them in clear\n` };
}

const faults = (code: 'env-file-invalid' | 'conflict', names: readonly string[], detail: string): Refusal =>
  new Refusal(code, { errors: names.slice(0, 50).map((pointer) => ({ pointer, detail })), detail: 'Nothing was written.' });

async function currentOf(
  api: ApiClient,
  query: { application: string; environment: string },
): Promise<ReadonlyMap<string, Before>> {
  const views = await listAll<SecretView>(api, { method: 'GET', path: SECRETS, query });
  return new Map(
    views.map(({ name, currentVersion, latestVersion }) => [name, { current: currentVersion, latest: latestVersion }]),
  );
}

/** Each write says what it is based on, so that nobody's change is lost; after a failure what was written is taken back. */
async function writeAll(api: ApiClient, steps: readonly Step[]): Promise<void> {
  const done: Step[] = [];
  try {
    for (const step of steps) {
      const { current, latest } = step.before;
      const based = latest === 0 ? { cas: 0 } : current === null ? {} : { cas: current };
      const body = { data: { [SECRET_VALUE_FIELD]: step.value }, note: 'imported', ...based };
      await api.call<SecretDetail>({ method: 'POST', path: `${pathOf(step.ref)}/versions`, body });
      done.push(step);
    }
  } catch (error) {
    await takeBack(api, done);
    throw error;
  }
}

async function takeBack(api: ApiClient, done: readonly Step[]): Promise<void> {
  const left: string[] = [];
  for (const { ref, before } of done.toReversed()) {
    const back =
      before.latest === 0
        ? api.call({ method: 'DELETE', path: pathOf(ref) })
        : api.call({
            method: 'POST',
            path: `${pathOf(ref)}/rollback`,
            body: { version: before.current ?? before.latest, note: 'import taken back' },
          });
    await back.catch(() => left.push(ref.name));
  }
  if (left.length > 0)
    throw new Refusal('internal', {
      detail: 'The import stopped half-way, and these could not be taken back.',
      errors: left.map((pointer) => ({ pointer, detail: 'written by this import' })),
    });
}
