import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Toasts } from '../ui/overlay/Toasts.tsx';
import { ConfirmIdentity } from './ConfirmIdentity.tsx';
import { ModeBanner } from './ModeBanner.tsx';
import { Rail } from './Rail.tsx';
import { ShortcutsDialog } from './ShortcutsDialog.tsx';
import { Palette } from './palette/Palette.tsx';
import { useGlobalKeys } from './use-global-keys.ts';

/** The frame of every page: rail, mode, and what can be called up from anywhere. */
export function Shell() {
  const [opened, open] = useState<'palette' | 'shortcuts' | null>(null);
  const [isRailOpen, openRail] = useState(false);
  const pathname = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useGlobalKeys({ onPalette: () => open('palette'), onHelp: () => open('shortcuts') });
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    openRail(false);
    // Whoever reads by ear is told that the page changed, and where it begins.
    main.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a href="#main" className="button main sr-only focus:not-sr-only focus:fixed focus:start-2 focus:top-2 focus:z-50">
        Skip to the page
      </a>
      <Rail isOpen={isRailOpen} onToggle={() => openRail(!isRailOpen)} onPalette={() => open('palette')} />
      <div className="min-w-0">
        <ModeBanner />
        <main ref={main} id="main" tabIndex={-1} className="mx-auto w-full max-w-[90rem] px-4 pt-6 pb-16 outline-none sm:px-8">
          <Outlet />
        </main>
      </div>
      {opened === 'palette' && <Palette onClose={() => open(null)} />}
      {opened === 'shortcuts' && <ShortcutsDialog onClose={() => open(null)} />}
      <ConfirmIdentity />
      <Toasts />
    </div>
  );
}
