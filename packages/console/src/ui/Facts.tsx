import type { ReactNode } from 'react';
import { Badge, type Tone } from './Badge.tsx';
import { KeyValues } from './KeyValues.tsx';
import { Panel } from './Panel.tsx';

export type Fact = readonly [name: string, value: ReactNode];

/** A fact that is one of a few words. */
export const badgeFact = (name: string, tone: Tone, words: string): Fact => [
  name,
  <Badge key={name} tone={tone}>
    {words}
  </Badge>,
];

interface FactsProps {
  readonly items: readonly Fact[];
  /** Above them: what matters most. */
  readonly children?: ReactNode;
}

/** What is known of the one thing that a page is about. */
export function Facts({ items, children }: FactsProps) {
  return (
    <Panel title="Facts">
      {children}
      <KeyValues items={items} />
    </Panel>
  );
}
