import type { SystemPort } from './parts.ts';
import type { Api } from './route.ts';

/** Plain HTML without script: it must work before there is anything to sign in to. */
const START_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Holdfast</title></head>
<body>
<h1>Holdfast</h1>
<p>This is the admin listener. The console comes later; until then the command line does everything: <code>holdfast --help</code>.</p>
<ul>
<li><a href="/-/ready">Is it ready?</a></li>
<li><a href="/metrics">Metrics for Prometheus</a></li>
<li><a href="/api/openapi.json">The API, described in OpenAPI 3.1</a></li>
</ul>
</body>
</html>
`;

/**
 * Health, metrics and the start page. They need no token: they carry neither personal data nor a secret, and an orchestrator
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
  api.get('/', (context) => context.html(START_PAGE));
}
