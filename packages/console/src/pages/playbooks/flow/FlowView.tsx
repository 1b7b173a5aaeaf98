import type { FlowStep } from '@holdfast/contract';
import { useMemo } from 'react';
import type { StepMark } from '../../../ui/flow/FlowBox.tsx';
import { FlowPicture } from '../../../ui/flow/FlowPicture.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { StepDetails } from './StepDetails.tsx';
import { StepList } from './StepList.tsx';
import { sayStep } from '../words.ts';

interface FlowViewProps {
  readonly title: string;
  readonly steps: readonly FlowStep[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly marks?: ReadonlyMap<string, StepMark>;
  /** In words, for those who hear the list. */
  readonly stateOf?: (id: string) => string | null;
}

/** The flow drawn, the same as a list, and what the selected step is. */
export function FlowView({ title, steps, selected, onSelect, marks, stateOf }: FlowViewProps) {
  const named = useMemo(() => steps.map((each) => ({ ...each, name: sayStep(each) })), [steps]);
  const step = named.find(({ id }) => id === selected);
  return (
    <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
      <div className="flex min-w-0 flex-col gap-5">
        <Panel title={title} isFlush>
          <FlowPicture steps={named} selected={selected} onSelect={onSelect} {...(marks === undefined ? {} : { marks })} />
        </Panel>
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        {step !== undefined && (
          <Panel title="The step">
            <StepDetails step={step} steps={named} onSelect={onSelect} />
          </Panel>
        )}
        <Panel title="Steps" isFlush>
          <StepList steps={named} selected={selected} onSelect={onSelect} {...(stateOf === undefined ? {} : { stateOf })} />
        </Panel>
      </div>
    </div>
  );
}
