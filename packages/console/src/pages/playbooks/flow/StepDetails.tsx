import type { FlowStep } from '@holdfast/contract';
import { Badge } from '../../../ui/Badge.tsx';
import { KeyValues } from '../../../ui/KeyValues.tsx';
import { sayApproval, sayTime, TYPE_WORDS } from '../words.ts';

interface StepDetailsProps {
  readonly step: FlowStep;
  readonly steps: readonly FlowStep[];
  readonly onSelect: (id: string) => void;
}

/** Branches of one step are all called the same. */
function sayNumber(next: FlowStep['next'], at: number): string {
  const before = next.slice(0, at).filter(({ label }) => label === next[at]?.label).length;
  return before === 0 ? '' : ` ${before + 1}`;
}

export function StepDetails({ step, steps, onSelect }: StepDetailsProps) {
  const { id, type, name, detail, delayMs, timeoutMs, next, approval } = step;
  const asks = sayApproval(approval);
  const nameOf = new Map(steps.map((each) => [each.id, each.name]));
  return (
    <KeyValues
      items={[
        ['Name', name],
        ['Kind', TYPE_WORDS[type]],
        ...(detail === null ? [] : [['Does', <code key="detail">{detail}</code>] as const]),
        ...(asks === null
          ? []
          : [
              [
                'Asks',
                <Badge key="asks" tone="watch">
                  {asks}
                </Badge>,
              ] as const,
            ]),
        ...(delayMs === 0 ? [] : [['Begins after', sayTime(delayMs)] as const]),
        ...(timeoutMs === null ? [] : [['Fails after', sayTime(timeoutMs)] as const]),
        ...next.map(
          ({ to, label }, at) =>
            [
              `On ${label}${sayNumber(next, at)}`,
              <button key={`${to} ${label}`} type="button" className="link text-start" onClick={() => onSelect(to)}>
                {nameOf.get(to) ?? to}
              </button>,
            ] as const,
        ),
        ['Id', <code key="id">{id}</code>],
      ]}
    />
  );
}
