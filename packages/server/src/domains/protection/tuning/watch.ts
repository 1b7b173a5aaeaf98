import type { RuleGroup, TuningCard } from '@holdfast/contract';
import type { PendingVector } from './pending.ts';
import { SCAN_PLACES_MIN } from './reasons.ts';
import type { Seen } from './vectors.ts';

const MINUTE_MS = 60_000;
export const WINDOW_MINUTES = 15;
/** One client must not undo a promotion alone: more of its blocks in the window do not count. */
const BLOCKS_PER_CLIENT_MAX = 5;
const CLIENTS_PER_MINUTE_MAX = 1000;
const APPLICATIONS_MAX = 1000;

interface Blocks {
  readonly byGroup: Map<TuningCard['group'], number>;
  all: number;
  readonly cards: Set<string>;
}
interface Watched {
  readonly beganAt: number;
  readonly minutes: Map<number, Minute>;
}
interface Minute {
  requests: number;
  onTrial: number;
  readonly blocks: Map<string, Blocks>;
}

export interface WindowFigures {
  readonly requests: number;
  readonly establishedBlocks: number;
  readonly establishedClients: number;
}

export interface FiguresQuery {
  readonly application: string;
  readonly group: RuleGroup | null;
  readonly now: number;
  /** Only requests of clients on trial were judged by the promotion. */
  readonly isCanary: boolean;
}

/**
 * The last quarter of an hour of each application, minute by minute: what decides whether a promotion is undone. Kept in
 * memory only; after a restart it begins anew.
 */
export interface Watch {
  /** A promotion begins: what was before is not its doing. */
  begin(application: string, at: number): void;
  request(seen: Seen): void;
  blocked(vector: PendingVector, isEstablished: boolean): void;
  figures(query: FiguresQuery): WindowFigures;
}

/** Blocks that the promotion caused, by client; whoever is found at many places is at no work. */
function addUp(
  minutes: readonly Minute[],
  group: RuleGroup | null,
): Pick<WindowFigures, 'establishedBlocks' | 'establishedClients'> {
  const clients = new Map<string, { count: number; cards: Set<string> }>();
  for (const { blocks } of minutes) {
    for (const [client, { byGroup, all, cards }] of blocks) {
      const sum = clients.get(client) ?? { count: 0, cards: new Set() };
      clients.set(client, sum);
      sum.count += group === null ? all : (byGroup.get(group) ?? 0);
      for (const card of cards) sum.cards.add(card);
    }
  }
  const counting = [...clients.values()].filter(({ count, cards }) => count > 0 && cards.size < SCAN_PLACES_MIN);
  return {
    establishedBlocks: counting.reduce((total, { count }) => total + Math.min(count, BLOCKS_PER_CLIENT_MAX), 0),
    establishedClients: counting.length,
  };
}

export function createWatch(): Watch {
  const applications = new Map<string, Watched>();
  const minuteOf = (application: string, time: number): Minute | null => {
    const watched = applications.get(application) ?? { beganAt: 0, minutes: new Map<number, Minute>() };
    if (time < watched.beganAt || (applications.size >= APPLICATIONS_MAX && !applications.has(application))) return null;
    applications.set(application, watched);
    const { minutes } = watched;
    const at = Math.floor(time / MINUTE_MS);
    const known = minutes.get(at);
    if (known !== undefined) return known;
    for (const old of minutes.keys()) if (old < at - WINDOW_MINUTES) minutes.delete(old);
    const made = { requests: 0, onTrial: 0, blocks: new Map<string, Blocks>() };
    minutes.set(at, made);
    return made;
  };
  return {
    begin(application, at) {
      applications.set(application, { beganAt: at, minutes: new Map() });
    },
    request({ application, time, mode }) {
      const minute = minuteOf(application, time);
      if (minute === null) return;
      minute.requests += 1;
      if (mode === 'canary') minute.onTrial += 1;
    },
    blocked({ seen, count, last }, isEstablished) {
      const minute = isEstablished ? minuteOf(seen.application, last) : null;
      if (minute === null) return;
      const held = minute.blocks.get(seen.client) ?? {
        byGroup: new Map<TuningCard['group'], number>(),
        all: 0,
        cards: new Set<string>(),
      };
      if (minute.blocks.size >= CLIENTS_PER_MINUTE_MAX && !minute.blocks.has(seen.client)) return;
      minute.blocks.set(seen.client, held);
      held.all += count;
      for (const group of new Set(seen.findings.map((finding) => finding.group)))
        held.byGroup.set(group, (held.byGroup.get(group) ?? 0) + count);
      for (const { card } of seen.findings) held.cards.add(card);
    },
    figures({ application, group, now, isCanary }) {
      const from = Math.floor((now - WINDOW_MINUTES * MINUTE_MS) / MINUTE_MS);
      const minutes = [...(applications.get(application)?.minutes ?? [])]
        .filter(([at]) => at >= from)
        .map(([, minute]) => minute);
      const requests = minutes.reduce((total, minute) => total + (isCanary ? minute.onTrial : minute.requests), 0);
      return { requests, ...addUp(minutes, group) };
    },
  };
}
