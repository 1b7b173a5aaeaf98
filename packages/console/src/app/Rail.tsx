import { useRouterState } from '@tanstack/react-router';
import { useMe } from '../api/queries.ts';
import { GROUPS } from '../pages/page.ts';
import { PAGES } from '../pages/table.ts';
import { paths } from '../state/paths.ts';
import { classes } from '../ui/classes.ts';
import { LinkTo } from '../ui/LinkTo.tsx';
import { Mark } from './Mark.tsx';
import { ThemeChoice } from './ThemeChoice.tsx';

interface RailProps {
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onPalette: () => void;
}

const isWithin = (pathname: string, path: string): boolean =>
  pathname === path || (path !== '/' && pathname.startsWith(`${path}/`));
/** A request is opened from the events, a run from the playbooks. */
function homeOf(pathname: string): string {
  if (pathname.startsWith('/requests/')) return '/events';
  return pathname.startsWith('/runs/') ? '/playbooks' : pathname;
}

/** All pages that the role may see, in groups; behind a button where there is no room. */
export function Rail({ isOpen, onToggle, onPalette }: RailProps) {
  return (
    <header className="bg-rail text-rail-ink lg:sticky lg:top-0 lg:flex lg:h-dvh lg:flex-col">
      <div className="flex items-center gap-2 px-4 py-3 lg:pt-5">
        <LinkTo
          to={paths.overview()}
          className="me-auto flex items-center gap-2.5 font-display text-lg font-semibold tracking-tight"
        >
          <Mark />
          Holdfast
        </LinkTo>
        <button
          type="button"
          className="rounded-md border border-rail-soft/60 px-2.5 py-1 lg:hidden"
          aria-expanded={isOpen}
          aria-controls="rail"
          onClick={onToggle}
        >
          {isOpen ? 'Close' : 'Menu'}
        </button>
      </div>
      <div id="rail" className={classes('min-h-0 flex-1 flex-col lg:flex', isOpen ? 'flex' : 'hidden')}>
        <button
          type="button"
          className="mx-3 mb-3 flex items-center justify-between rounded-md border border-rail-soft/40 px-3 py-1.5 text-start text-rail-soft hover:border-rail-soft"
          onClick={onPalette}
        >
          Go to…
          <span aria-hidden="true" className="font-mono text-xs">
            Ctrl K
          </span>
        </button>
        <RailPages />
        <RailFoot />
      </div>
    </header>
  );
}

function RailPages() {
  const { may } = useMe();
  const pathname = useRouterState({ select: ({ location }) => homeOf(location.pathname) });
  const shown = PAGES.filter(({ needs }) => needs === null || may(needs));
  return (
    <nav aria-label="Pages" className="min-h-0 flex-1 overflow-y-auto px-3 pb-4">
      {GROUPS.map((group) => {
        const pages = shown.filter((entry) => entry.group === group);
        if (pages.length === 0) return null;
        return (
          <div key={group} className="mb-3">
            {pages.length > 1 && <p className="px-3 pb-1 text-xs font-medium tracking-wide text-rail-soft">{group}</p>}
            <ul>
              {pages.map(({ path, title }) => (
                <li key={path}>
                  <LinkTo
                    to={path}
                    className={classes(
                      'block rounded-md px-3 py-1.5 hover:bg-rail-on',
                      isWithin(pathname, path) && 'bg-rail-on font-semibold',
                    )}
                    {...(isWithin(pathname, path) ? { 'aria-current': 'page' as const } : {})}
                  >
                    {title}
                  </LinkTo>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

function RailFoot() {
  const { me } = useMe();
  return (
    <div className="border-t border-rail-soft/25 px-6 py-3 text-[0.8125rem]">
      <ThemeChoice />
      <p className="mt-1.5 [overflow-wrap:anywhere]">
        <a href={paths.account()} className="inline-block py-1 underline underline-offset-2">
          {me.name ?? me.ref}
        </a>
        {me.role !== null && <span className="text-rail-soft"> · {me.role}</span>}
      </p>
      <a href={paths.signOut()} className="inline-block py-1 text-rail-soft underline underline-offset-2">
        Sign out
      </a>
    </div>
  );
}
