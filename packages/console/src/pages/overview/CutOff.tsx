import { useSuspenseQuery } from '@tanstack/react-query';
import { statusQuery } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { KIND_WORDS, sayIsolated } from '../isolation/words.ts';

/** Whoever comes in the morning does not look for it; where nothing is cut off there is nothing to see. */
export function CutOff() {
  const { data } = useSuspenseQuery(statusQuery);
  const { isolations } = data;
  if (isolations.length === 0) return null;
  return (
    <Panel title="Cut off" action={<LinkTo to={paths.isolation()}>Isolation</LinkTo>}>
      <ul className="flex flex-col gap-2">
        {isolations.map((one) => (
          <li key={one.id}>
            <Badge tone="stop">{KIND_WORDS[one.kind]}</Badge> <span className="[overflow-wrap:anywhere]">{sayIsolated(one)}</span>
            {one.since !== null && one.by !== null && (
              <span className="block text-[0.8125rem] text-soft">
                <Time at={one.since} isRelative />, by <Who actor={one.by} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
