import type { ApplicationInput } from '@holdfast/contract';
import type { Config } from '../../platform/config/schema.ts';

type Declaring = Pick<Config, 'to' | 'host' | 'mode' | 'login' | 'rate' | 'applications'>;

/** The applications that a configuration declares: its list, or the single one that `to`, `host` and `mode` describe. */
export function declaredIn({ to, host, mode, login, rate, applications }: Declaring): readonly ApplicationInput[] {
  if (to === null) return applications;
  return [{ id: 'app', name: new URL(to).host, hosts: [...host], upstream: to, mode, login: { mode: login }, rate }];
}
