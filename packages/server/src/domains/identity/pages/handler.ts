import type { OwnPageResponse } from '@holdfast/contract';
import type { Visit } from './visit.ts';

/** One page. `post` runs only for forms that were sent from here with their token. */
export interface Handler {
  get(visit: Visit): Promise<OwnPageResponse>;
  post(visit: Visit): Promise<OwnPageResponse>;
}
