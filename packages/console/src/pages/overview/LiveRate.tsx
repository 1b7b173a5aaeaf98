import type { TrafficTick } from '@holdfast/contract';
import { useState } from 'react';
import { useLive } from '../../api/live.ts';
import { useMe } from '../../api/queries.ts';
import { formatCount } from '../../state/format.ts';

/** Seconds that are shown. */
const SHOWN = 40;
const HEIGHT = 22;
const totalOf = ({ counts }: TrafficTick): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The last seconds as they pass: that it moves says that it is alive. */
export function LiveRate() {
  const { may } = useMe();
  const [ticks, setTicks] = useState<readonly number[]>([]);
  useLive({ onTick: (tick) => setTicks((before) => [...before, totalOf(tick)].slice(-SHOWN)) }, may('event:read'));
  const now = ticks.at(-1);
  if (now === undefined) return null;
  const most = Math.max(...ticks, 1);
  return (
    <p className="flex items-center gap-2 text-[0.875rem] text-soft">
      <svg viewBox={`0 0 ${SHOWN * 3} ${HEIGHT}`} className="h-5.5 w-30 text-act" aria-hidden="true">
        {ticks.map((count, index) => {
          const height = Math.max(1, (count / most) * HEIGHT);
          // Seconds have no name of their own: the place is what they are.
          // oxlint-disable-next-line react/no-array-index-key
          return <rect key={index} x={index * 3} y={HEIGHT - height} width="2" height={height} fill="currentColor" />;
        })}
      </svg>
      <span>
        <strong className="text-ink">{formatCount(now)}</strong> a second now
      </span>
    </p>
  );
}
