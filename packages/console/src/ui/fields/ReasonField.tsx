import { TextField } from './TextField.tsx';

interface ReasonFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly fault?: string | null;
  readonly hint?: string;
}

/** Why somebody does what they do: the ledger keeps it beside the change, in these bounds. */
export function ReasonField({ fault = null, hint = 'Kept in the ledger.', ...rest }: ReasonFieldProps) {
  return <TextField label="Reason" hint={hint} fault={fault} required minLength={3} maxLength={500} {...rest} />;
}
