import type { Context } from 'hono';
import type { SecretCaller } from '../../domains/secrets/index.ts';
import type { ApiEnv } from '../route.ts';

/** What is not a read of a value needs no purpose of its own. */
const ADMINISTRATION = 'administration';

export const callerOf = (context: Context<ApiEnv>, purpose = ADMINISTRATION): SecretCaller => ({
  principal: context.get('principal'),
  purpose,
  via: 'api',
});
