import type { ConfigExport } from '@holdfast/contract';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { shortPath } from '../context.ts';
import { formatTable } from '../terminal/table.ts';

export const config: BranchBody = {
  about: 'Flags come before the environment (HOLDFAST_*), that before holdfast.yaml, that before the defaults.',
  verbs: [
    {
      name: 'show',
      summary: 'every setting with its value',
      options: [{ flags: '--origin', help: 'and where it comes from' }],
      examples: ['holdfast config show', 'holdfast config show --origin'],
      run: show,
    },
    {
      name: 'check',
      summary: 'exit 0 when the configuration is valid, 3 with every fault when not',
      words: [{ name: '[file]', help: 'instead of ./holdfast.yaml' }],
      examples: ['holdfast config check', 'holdfast config check /etc/holdfast/new.yaml'],
      run: check,
    },
    {
      name: 'print',
      summary: 'the configuration in force as one file, without secrets',
      examples: ['holdfast config print'],
      run: print,
    },
    {
      name: 'schema',
      summary: 'JSON Schema of holdfast.yaml, for editors',
      examples: ['holdfast config schema > holdfast.schema.json'],
      run: schema,
    },
    {
      name: 'export',
      summary: 'what was changed since, as holdfast.yaml: applications and the allow-list',
      examples: ['holdfast config export > live.yaml'],
      run: exportLive,
    },
  ],
};

async function show(context: Context, input: Input): Promise<Outcome> {
  const [{ readConfig }, { describeConfig }] = await Promise.all([
    import('../read-config.ts'),
    import('../../platform/config/print.ts'),
  ]);
  const settings = describeConfig(readConfig(context.io, context.flags));
  type Row = (typeof settings)[number];
  const columns = [
    { title: 'SETTING', value: ({ name }: Row) => name },
    { title: 'VALUE', value: ({ value }: Row) => (typeof value === 'string' ? value : JSON.stringify(value ?? null)) },
  ];
  const origin = { title: 'FROM', value: ({ source, detail }: Row) => (detail === null ? source : `${source} (${detail})`) };
  return { data: { settings }, text: () => formatTable(settings, input.isSet('origin') ? [...columns, origin] : columns) };
}

async function check(context: Context, input: Input): Promise<Outcome> {
  const { readConfig } = await import('../read-config.ts');
  const named = input.words[0];
  // A fault is thrown as `config-invalid`, which is exit code 3 with every field.
  const { file } = readConfig(context.io, named === undefined ? context.flags : { ...context.flags, config: named });
  const shown = file === null ? 'no file' : shortPath(file, context.io.cwd);
  return { data: { valid: true, file }, text: (paint) => `${paint.good('valid')} (${shown})\n` };
}

async function print(context: Context): Promise<Outcome> {
  const [{ readConfig }, { redact }, { stringify }] = await Promise.all([
    import('../read-config.ts'),
    import('../../platform/config/print.ts'),
    import('yaml'),
  ]);
  const data = redact(readConfig(context.io, context.flags).config);
  return { data, text: stringify(data) };
}

async function schema(): Promise<Outcome> {
  const { configJsonSchema } = await import('../../platform/config/json-schema.ts');
  const data = configJsonSchema();
  return { data, text: `${JSON.stringify(data, null, 2)}\n` };
}

async function exportLive(context: Context): Promise<Outcome> {
  const { stringify } = await import('yaml');
  await using api = await context.api();
  const data = await api.call<ConfigExport>({ method: 'GET', path: '/api/v1/config/export' });
  return { data, text: stringify(data) };
}
