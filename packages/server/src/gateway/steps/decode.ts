import { bodyPlan } from '../body/body-plan.ts';
import { bufferBody, streamBody } from '../body/take-body.ts';
import { decodeFields } from '../body/decode-fields.ts';
import type { Step } from '../exchange.ts';
import type { InspectionThreads } from '../inspection/inspection-threads.ts';

/**
 * Reads the body and decodes the request, once for all later steps. What can be read in two ways is refused in enforce mode
 * and recorded otherwise; limits hold in every mode, because they protect the gateway itself.
 */
export const decode = (threads: InspectionThreads): Step => ({
  name: 'decode',
  onFailure: 'block',
  run(exchange) {
    const plan = bodyPlan(exchange);
    if (plan.kind === 'refused') return plan;
    if (plan.kind === 'buffer') return bufferBody(exchange, plan, threads);
    return plan.kind === 'stream' ? streamBody(exchange, plan.lengthBytes, threads) : decodeFields(exchange, null, threads);
  },
});
