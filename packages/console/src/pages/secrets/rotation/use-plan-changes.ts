import type { RotationPlan, SecretRef } from '@holdfast/contract';
import { useChange } from '../../../api/use-change.ts';

/** How a secret is rotated, or that it is not. */
export function usePlanChanges({ name }: SecretRef, onDone: () => void) {
  const save = useChange<RotationPlan>({
    name: 'secret.plan',
    onDone,
    says: `${name} changes by itself from now on.`,
    showsFaults: true,
  });
  const remove = useChange<null>({
    name: 'secret.plan.remove',
    onDone,
    says: `${name} is changed by hand from now on; its value stays.`,
  });
  return { save, remove };
}
