import { useRouter } from '@tanstack/react-router';
import type { ComponentProps, MouseEvent } from 'react';

interface LinkToProps extends Omit<ComponentProps<'a'>, 'href'> {
  /** An address of the console, from its path builder. */
  readonly to: string;
}

/** A link that the router follows; with a modifier key or another button it is a plain link. */
export function LinkTo({ to, onClick, className = 'link', children, ...rest }: LinkToProps) {
  const router = useRouter();
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!isPlain || event.defaultPrevented) return;
    event.preventDefault();
    router.history.push(to);
  };
  const prepare = (): void => {
    const { pathname, searchParams } = new URL(to, location.origin);
    void router.preloadRoute({ to: pathname, search: Object.fromEntries(searchParams) });
  };
  return (
    <a href={to} className={className} onClick={follow} onPointerEnter={prepare} {...rest}>
      {children}
    </a>
  );
}
