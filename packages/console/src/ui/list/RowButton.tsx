import { Button, type ButtonProps } from '../Button.tsx';

/** Several of them stand in one row of a table. */
export function RowButton(props: ButtonProps) {
  return <Button look="quiet" className="!min-h-8 !px-1.5" {...props} />;
}
