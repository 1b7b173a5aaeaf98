import { useEffect, type ReactNode } from 'react';

interface PageHeadProps {
  readonly title: string;
  /** One sentence: what this page answers. */
  readonly lead?: ReactNode;
  /** The buttons of the page, the main one last. */
  readonly actions?: ReactNode;
}

/** The heading of a page, also as the title of the tab. It takes the focus when the page is opened. */
export function PageHead({ title, lead, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 tabIndex={-1} className="break-words">
          {title}
        </h1>
        {lead !== undefined && <p className="mt-1 max-w-[70ch] text-soft [overflow-wrap:anywhere]">{lead}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
