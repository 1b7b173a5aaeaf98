import type { Arrow } from './layout/layout.ts';

/** A way from step to step, with what the document says at it; back up in dashes. */
export function FlowArrow({ arrow: { points, words, kind, labels } }: { readonly arrow: Arrow }) {
  const [x, y] = points.at(-1) ?? [0, 0];
  const colour = labels.includes('failure') ? 'var(--color-stop)' : 'var(--color-field)';
  return (
    <g>
      <polyline
        points={points.map((point) => point.join(',')).join(' ')}
        fill="none"
        stroke={colour}
        strokeWidth="1.5"
        strokeLinejoin="round"
        {...(kind === 'again' ? { strokeDasharray: '5 4' } : {})}
      />
      <path d={`M${x} ${y}l-4.5 -8h9z`} fill={colour} />
      {words !== null && (
        <text x={words.x} y={words.y} textAnchor={words.side} fontSize="10.5" fill="var(--color-soft)">
          {words.text}
        </text>
      )}
    </g>
  );
}
