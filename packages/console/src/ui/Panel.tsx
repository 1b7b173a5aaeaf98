import { useId, type ReactNode } from 'react';
import { classes } from './classes.ts';

interface PanelProps {
  readonly title?: string;
  /** Beside the title: one link or button. */
  readonly action?: ReactNode;
  /** Tables and plots go to the edge. */
  readonly isFlush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a page with a heading of its own. */
export function Panel({ title, action, isFlush = false, className, children }: PanelProps) {
  const id = useId();
  const isNamed = title !== undefined;
  return (
    <section className={classes('panel min-w-0', className)} {...(isNamed ? { 'aria-labelledby': id } : {})}>
      {isNamed && (
        <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-3.5 pb-2">
          <h2 id={id}>{title}</h2>
          {action}
        </header>
      )}
      <div className={isFlush ? 'overflow-x-clip' : classes('px-4 pb-4', !isNamed && 'pt-4')}>{children}</div>
    </section>
  );
}
