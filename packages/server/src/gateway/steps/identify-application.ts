import type { Clock } from '../../platform/clock.ts';
import { isInCanary } from '../limits/canary.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';

/** Which application this host is. Host and TLS name need not agree, so an unknown one is 421 (RFC 9110 §15.5.20). */
export const identifyApplication = (clock: Clock): Step => ({
  name: 'identify-application',
  onFailure: 'block',
  run(exchange) {
    const { snapshot, head } = exchange;
    const application = snapshot.applicationForHost(head.host);
    if (application === null) return { kind: 'refused', code: 'host-unknown', reason: 'host-unknown', closeConnection: true };
    exchange.application = application;
    const { bypassUntil } = snapshot.source;
    if (bypassUntil !== null && clock.now() < bypassUntil) exchange.mode = 'bypass';
    else exchange.mode = isInCanary(application, exchange.clientAddress) ? 'canary' : application.mode;
    return ON;
  },
});
