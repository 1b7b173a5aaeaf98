import type { Impact } from '@holdfast/contract';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { Touched } from '../../traffic/recent-traffic.ts';

/** Where nothing is looked at, or it is no question of traffic. */
export const noImpact = (unknown: string | null): Impact => ({ requests: 0, sessions: 0, clients: 0, share: null, unknown });

export const impactOn = (rooms: Pick<ResponseRooms, 'traffic'>, touched: Touched, except: readonly string[] = []): Impact =>
  rooms.traffic?.impactOf(touched, { except }) ?? noImpact('the traffic of the last hour is not known here');
