import type { ReactNode } from 'react';

/** What a colour of a picture stands for. */
export function Key({ token, children }: { readonly token: string; readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="size-2.5 rounded-[3px]" style={{ background: `var(${token})` }} aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}
