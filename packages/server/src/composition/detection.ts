import type { Applications } from '../domains/applications/index.ts';
import { createDetection, type Detection } from '../domains/detection/index.ts';
import type { Sessions } from '../domains/identity/index.ts';
import type { Protection } from '../domains/protection/index.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Metrics } from '../platform/metrics.ts';

interface Watched {
  readonly applications: Applications;
  readonly protection: Protection;
  readonly sessions: Sessions;
  readonly metrics: Metrics;
}

/** The watch over what gateways and the control plane tell. */
export function openDetection(foundation: Foundation, watched: Watched): Detection {
  const { db, bus, clock, log, keyring, dataDir, config, stack } = foundation;
  return stack.use(createDetection({ db, bus, clock, log, keyring, dataDir, node: config.node, ...watched }));
}
