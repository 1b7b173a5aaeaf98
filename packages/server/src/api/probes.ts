import type { SystemPort } from './parts.ts';
import type { Api } from './route.ts';

/**
 * Health and metrics. They need no token: they carry neither personal data nor a secret, and an orchestrator
 * asks before anything is set up.
 */
export function mountProbes(api: Api, system: SystemPort): void {
  // Up even while migrations run: a restart would only begin them anew.
  api.get('/-/live', (context) => context.json({ live: system.health().live }, system.health().live ? 200 : 503));
  api.get('/-/startup', (context) => {
    const { started, reasons } = system.health();
    return context.json({ started, reasons }, started ? 200 : 503);
  });
  api.get('/-/ready', (context) => {
    const { ready, reasons } = system.health();
    return context.json({ ready, reasons }, ready ? 200 : 503);
  });
  api.get('/metrics', async (context) =>
    context.body(await system.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
}
