import type { SecretRef } from '@holdfast/contract';
import { segment } from '../../connection/client.ts';
import type { Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';

export const SECRETS = '/api/v1/secrets';
export const REF = { name: '<ref>', help: 'application/environment/name, such as shop/production/DATABASE_URL' } as const;
export const REASON = { flags: '--reason <text>', help: 'why; kept with the version and in the ledger' } as const;

/** Three parts; a name may have slashes of its own. */
export function parseRef(text: string): SecretRef {
  const [application = '', environment = '', ...rest] = text.split('/');
  const name = rest.join('/');
  if (application === '' || environment === '' || name === '')
    throw new UsageFault('A secret is named application/environment/name.', 'holdfast secret list');
  return { application, environment, name };
}

export const refText = ({ application, environment, name }: SecretRef): string => `${application}/${environment}/${name}`;

/** Where the API has it: the slashes of the name are encoded. */
export const pathOf = ({ application, environment, name }: SecretRef): string =>
  `${SECRETS}/${segment(application)}/${segment(environment)}/${segment(name)}`;

export const refOf = (input: Input): SecretRef => parseRef(input.words[0] ?? '');

/** A whole number of at least one; versions are counted from there. */
export function parseNumber(text: string, flag: string): number {
  const number = /^\d{1,9}$/u.test(text) ? Number(text) : 0;
  if (number < 1) throw new UsageFault(`${flag} wants a whole number such as 3.`);
  return number;
}
