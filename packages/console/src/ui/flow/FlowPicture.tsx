import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatCountOf, formatShare } from '../../state/format.ts';
import { Button } from '../Button.tsx';
import { FlowArrow } from './FlowArrow.tsx';
import { FlowBox, type StepMark } from './FlowBox.tsx';
import type { FlowNode } from './layout/graph.ts';
import { layOut, type Layout } from './layout/layout.ts';

export interface DrawnStep extends FlowNode {
  readonly name: string;
  readonly detail: string | null;
}

export interface FlowPictureProps {
  readonly steps: readonly DrawnStep[];
  readonly marks?: ReadonlyMap<string, StepMark>;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

const ZOOM_MIN = 0.1;
const ZOOM_MAX = 2;
/** Words can still be read: a wider picture is scrolled. */
const ZOOM_READABLE = 0.65;
const ZOOM_STEP = 1.25;
const FIT_HEIGHT_MIN = 300;

/** The steps and their ways, drawn. A list beside it says the same, and is how a keyboard gets there. */
export function FlowPicture({ steps, marks, selected, onSelect }: FlowPictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => layOut(steps), [steps]);
  const { zoom, choose, fit } = useZoom(frame, layout);
  useEffect(() => {
    const box = layout.boxes.find(({ id }) => id === selected);
    if (box !== undefined && frame.current !== null) reveal(frame.current, box, zoom);
    // Only what was chosen moves the picture, not its size.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, layout]);
  if (steps.length === 0) return null;
  const stepOf = new Map(steps.map((step) => [step.id, step]));
  const scale = (by: number): void => choose(Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, zoom * by)));
  return (
    <div>
      <div className="flex flex-wrap items-center gap-1 px-2 py-1" role="group" aria-label="Size of the picture">
        <Button look="quiet" aria-label="Smaller" onClick={() => scale(1 / ZOOM_STEP)}>
          −
        </Button>
        <Button look="quiet" aria-label="Larger" onClick={() => scale(ZOOM_STEP)}>
          +
        </Button>
        <Button look="quiet" onClick={fit}>
          All of it
        </Button>
        <span className="ms-auto text-[0.8125rem] text-soft">{formatShare(Math.round(zoom * 100) / 100)}</span>
      </div>
      <div
        ref={frame}
        role="group"
        aria-label="Picture of the steps"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-[70vh] overflow-auto border-t border-line bg-paper"
      >
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- the list beside is the way of the keyboard */}
        <svg
          role="img"
          aria-label={`${formatCountOf(steps.length, 'step')}; the list of steps says the same`}
          width={layout.width * zoom}
          height={layout.height * zoom}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          className="mx-auto block max-w-none"
          onClick={(event) => {
            const step = event.target instanceof Element ? event.target.closest('[data-step]')?.getAttribute('data-step') : null;
            if (step !== null && step !== undefined) onSelect(step);
          }}
        >
          {layout.arrows.map((arrow) => (
            <FlowArrow key={`${arrow.from} ${arrow.to} ${arrow.kind}`} arrow={arrow} />
          ))}
          {layout.boxes.map((box) => {
            const step = stepOf.get(box.id);
            if (step === undefined) return null;
            const { type, name, detail } = step;
            return (
              <FlowBox
                key={box.id}
                box={box}
                type={type}
                title={name}
                detail={detail}
                mark={marks?.get(box.id)}
                isSelected={box.id === selected}
              />
            );
          })}
        </svg>
      </div>
    </div>
  );
}

/** As large as can be read, until somebody says otherwise; what is in the middle stays there, at first the beginning. */
function useZoom(frame: { readonly current: HTMLDivElement | null }, layout: Layout) {
  const { width, height } = layout;
  const [chosen, choose] = useState<number | null>(null);
  const [room, setRoom] = useState(width);
  const shown = useRef({ layout, zoom: 0 });
  const zoom = chosen ?? Math.max(ZOOM_READABLE, Math.min(1, room / width));
  useEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) => setRoom(entry?.contentRect.width ?? 0));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  useLayoutEffect(() => {
    const before = shown.current;
    if (frame.current !== null) keepMiddle(frame.current, layout, { before: before.layout === layout ? before.zoom : 0, zoom });
    shown.current = { layout, zoom };
  }, [frame, layout, zoom]);
  const fit = (): void => {
    const high = Math.max(frame.current?.clientHeight ?? 0, FIT_HEIGHT_MIN);
    choose(Math.max(ZOOM_MIN, Math.min(1, room / width, high / height)));
  };
  return { zoom, choose, fit };
}

function keepMiddle(
  frame: HTMLDivElement,
  { boxes }: Layout,
  { before, zoom }: { readonly before: number; readonly zoom: number },
): void {
  const half = frame.clientWidth / 2;
  const first = boxes[0];
  const begin = first === undefined ? 0 : first.x + first.width / 2;
  const middle = before === 0 ? begin : (frame.scrollLeft + half) / before;
  frame.scrollTo({ left: middle * zoom - half });
}

function reveal(frame: HTMLDivElement, box: Layout['boxes'][number], zoom: number): void {
  const x = (box.x + box.width / 2) * zoom;
  const y = (box.y + box.height / 2) * zoom;
  const isSeen =
    x > frame.scrollLeft &&
    x < frame.scrollLeft + frame.clientWidth &&
    y > frame.scrollTop &&
    y < frame.scrollTop + frame.clientHeight;
  if (!isSeen) frame.scrollTo({ left: x - frame.clientWidth / 2, top: y - frame.clientHeight / 2 });
}
