import type { IncidentDetail } from '@holdfast/contract';
import type { Context, Input } from '../command.ts';
import { segment } from './client.ts';

/** What `--incident` names, as an id: people say the number aloud, and requests carry the id. Null = none is named. */
export async function incidentOf(context: Context, input: Input): Promise<string | null> {
  const named = input.text('incident');
  if (named === null || !/^[1-9]\d{0,8}$/u.test(named)) return named;
  await using api = await context.api();
  return (await api.call<IncidentDetail>({ method: 'GET', path: `/api/v1/incidents/${segment(named)}` })).id;
}
