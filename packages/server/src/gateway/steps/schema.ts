import type { Clock } from '../../platform/clock.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { weighSchema } from '../schema/weigh-schema.ts';

/** The accepted schema of the application: requests of another form are refused or recorded, as its mode says. */
export const schema = (clock: Clock): Step => ({
  name: 'schema',
  onFailure: 'block',
  run(exchange) {
    // A proxy that asks shows no body: half a request has no form.
    if (exchange.canonical === null || exchange.forwardAuth !== null) return ON;
    return weighSchema(exchange, exchange.canonical, clock.now());
  },
});
