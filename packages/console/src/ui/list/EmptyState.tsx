import type { ReactNode } from 'react';
import { CopyCommand } from '../copy/CopyCommand.tsx';

interface EmptyStateProps {
  readonly title: string;
  readonly text: ReactNode;
  /** One way on: a command for the terminal, or one button. */
  readonly command?: string;
  readonly action?: ReactNode;
}

/** What stands where a list has nothing in it: why, and the one next step. */
export function EmptyState({ title, text, command, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-xl flex-col items-center gap-2 px-4 py-10 text-center">
      <svg
        viewBox="0 0 48 32"
        className="mb-1 h-8 w-12 text-act"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        aria-hidden="true"
      >
        <path d="M2 22c5-4 9-4 14 0s9 4 14 0 9-4 16 0" strokeLinecap="round" />
        <path d="M2 29c5-4 9-4 14 0s9 4 14 0 9-4 16 0" strokeLinecap="round" opacity=".45" />
        <path d="M24 2v13M24 6c3-1 5 1 5 3M24 10c-3-1-5 1-5 3" strokeLinecap="round" />
      </svg>
      <p className="text-base font-semibold">{title}</p>
      <p className="text-soft">{text}</p>
      {command !== undefined && <CopyCommand command={command} />}
      {action}
    </div>
  );
}
