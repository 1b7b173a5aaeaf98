import type { AlertDetail } from '@holdfast/contract';
import { paths } from '../../state/paths.ts';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { ENTITY_WORDS } from './words.ts';

type Entity = AlertDetail['entity'];

/** More than this is a list, not a picture. */
const DRAWN_MAX = 12;
const WIDTH = 640;
const HEIGHT = 260;
const LABEL_CHARS = 22;

interface Placed {
  readonly entity: Entity;
  readonly x: number;
  readonly y: number;
}

function place(entities: readonly Entity[]): readonly Placed[] {
  const drawn = entities.slice(0, DRAWN_MAX);
  return drawn.map((entity, index) => {
    const angle = (index / drawn.length) * 2 * Math.PI - Math.PI / 2;
    return { entity, x: WIDTH / 2 + Math.cos(angle) * WIDTH * 0.36, y: HEIGHT / 2 + Math.sin(angle) * HEIGHT * 0.36 };
  });
}

const short = (text: string): string => (text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS - 1)}…` : text);

/** Who and what an alert is about, and how many others share it; the list below says the same. */
export function EntityGraph({ alert }: { readonly alert: AlertDetail }) {
  const placed = place(alert.entities);
  const shared = (entity: Entity): number =>
    alert.related.filter((other) => other.entity.kind === entity.kind && other.entity.value === entity.value).length;
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="h-auto w-full text-ink"
        role="img"
        aria-label={`The alert and the ${alert.entities.length} it is about`}
      >
        {placed.map(({ entity, x, y }) => (
          <line
            key={`${entity.kind} ${entity.value}`}
            x1={WIDTH / 2}
            y1={HEIGHT / 2}
            x2={x}
            y2={y}
            stroke="var(--color-line)"
            strokeWidth={1 + Math.min(4, shared(entity))}
          />
        ))}
        <circle cx={WIDTH / 2} cy={HEIGHT / 2} r="16" fill="var(--color-stop)" />
        <text x={WIDTH / 2} y={HEIGHT / 2 + 4} textAnchor="middle" fontSize="12" fill="var(--color-card)">
          {alert.times}
        </text>
        {placed.map(({ entity, x, y }) => (
          <g key={`${entity.kind} ${entity.value}`}>
            <circle cx={x} cy={y} r="7" fill="var(--color-act)" />
            <text x={x} y={y - 12} textAnchor="middle" fontSize="11" fill="currentColor">
              {short(entity.value)}
            </text>
            <text x={x} y={y + 22} textAnchor="middle" fontSize="10" fill="currentColor" opacity="0.7">
              {ENTITY_WORDS[entity.kind]}
            </text>
          </g>
        ))}
      </svg>
      <ul className="mt-2 flex flex-col gap-1">
        {alert.entities.map((entity) => (
          <li key={`${entity.kind} ${entity.value}`} className="[overflow-wrap:anywhere]">
            <span className="text-soft">{ENTITY_WORDS[entity.kind]}</span>{' '}
            <LinkTo to={paths.alerts({ entity: entity.value, state: 'all' })}>{entity.value}</LinkTo>
          </li>
        ))}
      </ul>
    </>
  );
}
