import type { Clock } from '../../platform/clock.ts';
import type { Step } from '../exchange.ts';
import { weighPatches } from '../patches/weigh-patches.ts';

/** Virtual patches: known holes that are closed here until they are repaired, whatever the mode of the application is. */
export const patch = (clock: Clock): Step => ({
  name: 'patch',
  onFailure: 'block',
  run: (exchange) => weighPatches(exchange, { request: exchange.canonical, isPart: false, now: clock.now() }),
});
