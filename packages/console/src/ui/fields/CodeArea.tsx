import { useImperativeHandle, useMemo, useRef, type Ref } from 'react';
import { Field, type FieldLook } from './Field.tsx';

export interface CodeAreaHandle {
  /** Leads to a line, counted from 1, and selects it. */
  readonly goTo: (line: number) => void;
}

interface CodeAreaProps extends FieldLook {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows?: number;
  readonly readOnly?: boolean;
  /** Lines with something wrong, counted from 1. */
  readonly marked?: ReadonlySet<number>;
  readonly ref?: Ref<CodeAreaHandle>;
}

/** A text of many lines with their numbers beside it; the browser's own field, so that every key and reader works as ever. */
export function CodeArea({ label, hint, fault, value, onChange, rows = 18, readOnly = false, marked, ref }: CodeAreaProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLPreElement>(null);
  const lines = useMemo(() => value.split('\n'), [value]);
  useImperativeHandle(ref, () => ({
    goTo(line) {
      const field = area.current;
      if (field === null) return;
      const before = lines.slice(0, line - 1).reduce((chars, each) => chars + each.length + 1, 0);
      field.focus();
      field.setSelectionRange(before, before + (lines[line - 1]?.length ?? 0));
      field.scrollTop = (line - 1) * (field.scrollHeight / lines.length) - field.clientHeight / 2;
    },
  }));
  const look = { label, ...(hint === undefined ? {} : { hint }), ...(fault === undefined ? {} : { fault }) };
  return (
    <Field {...look}>
      {(ids) => (
        <div className="flex items-stretch overflow-hidden">
          <pre
            ref={numbers}
            aria-hidden="true"
            className="relative w-12 shrink-0 overflow-hidden rounded-s-md border border-e-0 border-field bg-raised text-soft"
          >
            {/* Out of the flow: the field alone says how high it is. Longer than the text, which may have a scroll bar below it. */}
            <span className="absolute inset-x-0 top-0 block pt-2 pe-2 pb-16 text-end text-[0.8125rem] leading-relaxed">
              <Numbers count={lines.length} marked={marked} />
            </span>
          </pre>
          <textarea
            ref={area}
            {...ids}
            className="field !rounded-s-none py-2 font-mono text-[0.8125rem] leading-relaxed"
            rows={rows}
            wrap="off"
            spellCheck={false}
            value={value}
            readOnly={readOnly}
            onChange={(event) => onChange(event.target.value)}
            onScroll={(event) => {
              if (numbers.current !== null) numbers.current.scrollTop = event.currentTarget.scrollTop;
            }}
          />
        </div>
      )}
    </Field>
  );
}

/** One text for all lines that are right: a document has thousands of them. */
function Numbers({ count, marked }: { readonly count: number; readonly marked: ReadonlySet<number> | undefined }) {
  const stops = [...(marked ?? [])].filter((line) => line <= count).toSorted((a, b) => a - b);
  const plain = (from: number, to: number): string =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => `${from + at}\n`).join('');
  return (
    <>
      {stops.map((line, at) => (
        <span key={line}>
          {plain((stops[at - 1] ?? 0) + 1, line - 1)}
          <span className="bg-stop-tint font-bold text-stop">✕{line}</span>
          {'\n'}
        </span>
      ))}
      {plain((stops.at(-1) ?? 0) + 1, count)}
    </>
  );
}
