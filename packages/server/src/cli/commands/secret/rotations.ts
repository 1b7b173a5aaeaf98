import type { OwnKeyView, Page, Rotation, RotationPlan } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { ApiClient } from '../../connection/client.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { OWN, ownKeyText } from './own-key.ts';
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
  const isAll = query.application === undefined && query.environment === undefined;
  const own = isAll ? await readOwn(api) : null;
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
    `${formatTable(plans, planColumns, 'no secret is rotated by itself')}\n${ownText(own)}${formatTable(runs, runColumns, 'no rotations yet')}`;
  return { data: { plans, ownKeys: own, rotations: runs }, text };
}

/** Null = not the caller's to see, or not asked for. */
async function readOwn(api: ApiClient): Promise<readonly OwnKeyView[] | null> {
  try {
    return (await api.call<{ items: OwnKeyView[] }>({ method: 'GET', path: OWN })).items;
  } catch (error) {
    if (isRefusal(error, 'permission-missing') || isRefusal(error, 'access-denied')) return null;
    throw error;
  }
}

function ownText(own: readonly OwnKeyView[] | null): string {
  if (own === null) return '';
  const columns = [
    { title: 'OWN KEY', value: ownKeyText },
    { title: 'SINCE', value: ({ since }: OwnKeyView) => formatTime(since) },
    { title: 'EVERY', value: ({ everyDays }: OwnKeyView) => (everyDays === null ? 'off' : `${everyDays} d`) },
    { title: 'NEXT', value: ({ nextAt }: OwnKeyView) => formatTime(nextAt) },
    { title: 'FAILED', value: ({ failures, trouble }: OwnKeyView) => (trouble === null ? '0' : `${failures}, ${trouble}`) },
  ];
  return `${formatTable(own, columns, 'no keys')}\n`;
}
