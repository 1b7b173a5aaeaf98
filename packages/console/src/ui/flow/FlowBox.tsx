import type { Tone } from '../Badge.tsx';
import type { Box } from './layout/layout.ts';

/** What became of a step: the sign says it without colour. */
export interface StepMark {
  readonly tone: Tone;
  readonly sign: string;
}

interface FlowBoxProps {
  readonly box: Box;
  readonly type: string;
  readonly title: string;
  readonly detail: string | null;
  readonly mark: StepMark | undefined;
  readonly isSelected: boolean;
}

const TITLE_CHARS = 28;
const DETAIL_CHARS = 34;
const POINTED: ReadonlySet<string> = new Set(['if-condition', 'while-condition', 'switch-condition']);
const FILLS: Readonly<Record<Tone, string>> = {
  ok: 'var(--color-ok-tint)',
  watch: 'var(--color-watch-tint)',
  stop: 'var(--color-stop-tint)',
  note: 'var(--color-note-tint)',
  plain: 'var(--color-raised)',
};
const STROKES: Readonly<Record<Tone, string>> = {
  ok: 'var(--color-ok)',
  watch: 'var(--color-watch)',
  stop: 'var(--color-stop)',
  note: 'var(--color-note)',
  plain: 'var(--color-field)',
};

const cut = (text: string, chars: number): string => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);

/** One step: round for beginning and end, pointed for a question, barred for branches, doubled for another playbook. */
export function FlowBox({ box, type, title, detail, mark, isSelected }: FlowBoxProps) {
  const { x, y, width, height } = box;
  const less = POINTED.has(type) ? 4 : 0;
  const look = {
    fill: mark === undefined ? 'var(--color-card)' : FILLS[mark.tone],
    stroke: isSelected ? 'var(--color-act)' : STROKES[mark?.tone ?? 'plain'],
    strokeWidth: isSelected ? 3 : 1.5,
  };
  const middle = x + width / 2;
  return (
    <g data-step={box.id} cursor="pointer">
      <title>{detail === null ? title : `${title}: ${detail}`}</title>
      <Shape box={box} type={type} look={look} />
      <text
        x={middle}
        y={y + (detail === null ? height / 2 + 4 : 25)}
        textAnchor="middle"
        fontSize="12.5"
        fontWeight="600"
        fill="var(--color-ink)"
      >
        {cut(title, TITLE_CHARS - less)}
      </text>
      {detail !== null && (
        <text x={middle} y={y + 42} textAnchor="middle" fontSize="10.5" fill="var(--color-soft)">
          {cut(detail, DETAIL_CHARS - less)}
        </text>
      )}
      {mark !== undefined && (
        <>
          <circle cx={x + width - 8} cy={y + 6} r="9" fill={STROKES[mark.tone]} />
          <text x={x + width - 8} y={y + 10} textAnchor="middle" fontSize="11" fontWeight="700" fill="var(--color-card)">
            {mark.sign}
          </text>
        </>
      )}
    </g>
  );
}

interface ShapeProps {
  readonly box: Box;
  readonly type: string;
  readonly look: { readonly fill: string; readonly stroke: string; readonly strokeWidth: number };
}

function Shape({ box: { x, y, width, height }, type, look }: ShapeProps) {
  if (POINTED.has(type)) {
    const point = 16;
    const corners = [
      [x, y + height / 2],
      [x + point, y],
      [x + width - point, y],
      [x + width, y + height / 2],
      [x + width - point, y + height],
      [x + point, y + height],
    ];
    return <polygon points={corners.map((corner) => corner.join(',')).join(' ')} {...look} />;
  }
  const isRound = type === 'start' || type === 'end';
  const bars = type === 'parallel' ? [x + 7, x + width - 7] : [];
  return (
    <>
      <rect x={x} y={y} width={width} height={height} rx={isRound ? height / 2 : 7} {...look} />
      {type === 'playbook-action' && (
        <rect x={x + 4} y={y + 4} width={width - 8} height={height - 8} rx="4" fill="none" stroke={look.stroke} />
      )}
      {bars.map((at) => (
        <line key={at} x1={at} x2={at} y1={y + 6} y2={y + height - 6} stroke={look.stroke} strokeWidth="3" />
      ))}
    </>
  );
}
