import { SECRET_VALUE_FIELD, type SecretData } from '@holdfast/contract';
import { newPassword } from '../../targets/login.ts';
import { TargetFault } from '../../targets/target-fault.ts';
import type { Rotator, SettingsOf } from '../rotator.ts';

const PASSWORD_FIELD = 'password';

/** The field that holds the value: `value`, else `password`; null = neither, and guessing would overwrite something. */
export function valueField(data: SecretData | null): string | null {
  if (data === null || Object.keys(data).length === 0 || SECRET_VALUE_FIELD in data) return SECRET_VALUE_FIELD;
  return PASSWORD_FIELD in data ? PASSWORD_FIELD : null;
}

export function replaceValue(data: SecretData | null, text: string): SecretData {
  const field = valueField(data);
  if (field === null) throw new TargetFault('the secret has neither a field value nor a field password');
  return { ...data, [field]: text };
}

const nothing = (): Promise<void> => Promise.resolve();

/** A value that nobody has to be told of: keys of sessions, salts, what a program reads anew. */
export function createRandom(): Rotator<SettingsOf<'random'>> {
  return {
    check: async ({ current }) => void replaceValue(current, ''),
    make: async ({ current, settings }) => ({ data: replaceValue(current, newPassword(settings.length)), facts: {} }),
    set: nothing,
    async verify({ settings }, next) {
      const value = next[valueField(next) ?? ''];
      if (typeof value !== 'string' || value.length !== settings.length)
        throw new TargetFault('the staged version does not hold it');
    },
    retire: nothing,
    undo: nothing,
  };
}
