import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Segment {
  readonly name: string;
  readonly title: string;
  readonly content: ReactNode;
}

interface SegmentsProps {
  readonly label: string;
  readonly segments: readonly Segment[];
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** Tabs whose choice the page keeps in its address. */
export function Segments({ label, segments, value, onChange }: SegmentsProps) {
  return (
    <Tabs.Root value={value} onValueChange={onChange}>
      <Tabs.List aria-label={label} className="mb-4 flex flex-wrap gap-x-1 border-b border-line">
        {segments.map(({ name, title }) => (
          <Tabs.Trigger
            key={name}
            value={name}
            className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium text-soft hover:text-ink data-[state=active]:border-act data-[state=active]:text-ink"
          >
            {title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {segments.map(({ name, content }) => (
        <Tabs.Content key={name} value={name}>
          {content}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
