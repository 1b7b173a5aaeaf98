import type { Page, Rotation, RotationPlan } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { refText } from './ref.ts';
import { ROTATIONS } from './rotate.ts';

const SHOWN = 50;

export const rotations: Verb = {
  name: 'rotations',
  summary: 'what is rotated when, and how the last ones went',
  options: [
    { flags: '--app <id>', help: 'of this application' },
    { flags: '--env <name>', help: 'of this environment' },
  ],
  examples: ['holdfast secret rotations', 'holdfast secret rotations --app shop'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = { application: input.text('app') ?? undefined, environment: input.text('env') ?? undefined };
  const { items: plans } = await api.call<{ items: RotationPlan[] }>({ method: 'GET', path: '/api/v1/rotation-plans', query });
  const { items: runs } = await api.call<Page<Rotation>>({ method: 'GET', path: ROTATIONS, query: { ...query, limit: SHOWN } });
  const planColumns = [
    { title: 'SECRET', value: (row: RotationPlan) => refText(row) },
    { title: 'HOW', value: ({ settings }: RotationPlan) => settings.rotator },
    { title: 'EVERY', value: ({ everyDays }: RotationPlan) => (everyDays === null ? 'by hand' : `${everyDays} d`) },
    { title: 'NEXT', value: ({ nextAt }: RotationPlan) => formatTime(nextAt) },
    { title: 'FAILED', value: ({ failures }: RotationPlan) => String(failures) },
  ];
  const runColumns = [
    { title: 'ROTATION', value: ({ id }: Rotation) => id },
    { title: 'SECRET', value: (row: Rotation) => refText(row) },
    { title: 'WHAT', value: ({ isDrill, rotator }: Rotation) => (isDrill ? `drill, ${rotator}` : rotator) },
    { title: 'STATE', value: ({ step, outcome }: Rotation) => outcome ?? step },
    { title: 'BEGAN', value: ({ startedAt }: Rotation) => formatTime(startedAt) },
    { title: 'OLD GOOD UNTIL', value: ({ overlapUntil }: Rotation) => formatTime(overlapUntil) },
    { title: 'TROUBLE', value: ({ trouble }: Rotation) => trouble ?? '-' },
  ];
  const text = (): string =>
    `${formatTable(plans, planColumns, 'no secret is rotated by itself')}\n${formatTable(runs, runColumns, 'no rotations yet')}`;
  return { data: { plans, rotations: runs }, text };
}
