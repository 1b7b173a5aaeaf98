import type { ComponentProps } from 'react';
import { classes } from './classes.ts';

export interface ButtonProps extends ComponentProps<'button'> {
  /** One `main` button on a page or in a dialog; `danger` for what takes something away. */
  readonly look?: 'main' | 'danger' | 'quiet' | 'plain';
  readonly isBusy?: boolean;
}

export function Button({ look = 'plain', isBusy = false, className, type = 'button', disabled, children, ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={classes('button', look !== 'plain' && look, className)}
      disabled={isBusy || disabled === true}
      aria-busy={isBusy}
      {...rest}
    >
      {children}
    </button>
  );
}
