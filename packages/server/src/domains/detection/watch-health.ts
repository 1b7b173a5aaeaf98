import type { WatchHealth } from '@holdfast/contract';
import type { DetectionRooms } from './detection-rooms.ts';
import type { Watch } from './watch/watch.ts';

/** Whether the watch works, what it looks for and whether it is heard: from all who know a part of it. */
export async function watchHealth(watch: Pick<Watch, 'health'>, rooms: DetectionRooms): Promise<WatchHealth> {
  const { trouble: _trouble, rules, ...state } = watch.health();
  const [known, feeds, channels] = await Promise.all([rooms.rules?.counts(), countFeeds(rooms), countChannels(rooms)]);
  return { ...state, rules: known ?? { ...rules, silent: 0, idle: 0 }, feeds, channels };
}

async function countFeeds({ intel }: DetectionRooms): Promise<WatchHealth['feeds']> {
  const sources = (await intel?.sources()) ?? [];
  const enabled = sources.filter((source) => source.enabled);
  const times = enabled.flatMap(({ refreshedAt }) => refreshedAt ?? []);
  const stale = enabled.filter((source) => source.isStale).length;
  return { sources: enabled.length, stale, oldestAt: times.length === 0 ? null : Math.min(...times) };
}

async function countChannels({ channels }: DetectionRooms): Promise<WatchHealth['channels']> {
  const counts = { working: 0, failing: 0, waiting: 0, dead: 0 };
  for (const { enabled, state, waiting, dead } of (await channels?.list()) ?? []) {
    if (enabled && state === 'working') counts.working += 1;
    if (enabled && state === 'failing') counts.failing += 1;
    counts.waiting += waiting;
    counts.dead += dead;
  }
  return counts;
}
