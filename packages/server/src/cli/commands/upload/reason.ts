import type { Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';

/** Each of these changes what gets in: the ledger says why. */
export function reasonOf(input: Input, verb: string): string {
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault(`upload ${verb} needs --reason.`, `holdfast upload ${verb} --help`);
  return reason;
}
