import { purposeSchema } from '@holdfast/contract';
import { isRefusal, Refusal } from '../../platform/refusal.ts';
import type { Applications } from '../applications/index.ts';
import type { SecretCaller } from './secrets.ts';

/** A secret is made for an application that there is. */
export async function assertKnown(applications: Pick<Applications, 'get'>, id: string): Promise<void> {
  try {
    await applications.get(id);
  } catch (error) {
    if (!isRefusal(error, 'not-found')) throw error;
    throw new Refusal('input-invalid', { errors: [{ pointer: '/application', detail: 'there is no such application' }] });
  }
}

export function assertPurpose({ purpose }: SecretCaller): void {
  if (purposeSchema.safeParse(purpose).success) return;
  throw new Refusal('input-invalid', { errors: [{ pointer: '/purpose', detail: 'say what the value is for' }] });
}
