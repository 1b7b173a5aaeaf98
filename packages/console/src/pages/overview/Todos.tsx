import type { Overview } from '@holdfast/contract';
import { CopyButton } from '../../ui/copy/CopyButton.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';

/** At most five things, the most urgent first: what, why, and both ways to do it. */
export function Todos({ overview }: { readonly overview: Overview }) {
  const { todo, more } = overview;
  if (todo.length === 0) {
    return <p className="px-4 pt-1 pb-5 text-soft">Nothing. Everything that can be checked is as it should be.</p>;
  }
  return (
    <>
      <ol className="border-t border-line">
        {todo.map(({ kind, what, why, command, path }) => (
          <li key={kind} className="flex items-start gap-3 border-b border-line px-4 py-3 last:border-b-0">
            <div className="min-w-0 flex-1">
              <LinkTo to={path} className="link font-medium">
                {what}
              </LinkTo>
              <p className="text-[0.875rem] text-soft">{why}</p>
            </div>
            {command !== '' && <CopyButton text={command} label={`Copy the command: ${command}`} words="CLI" />}
          </li>
        ))}
      </ol>
      {more > 0 && (
        <p className="border-t border-line px-4 py-2 text-[0.875rem] text-soft">and {more} more, once these are done</p>
      )}
    </>
  );
}
