import { AdminBrowser } from './admin-browser.ts';
import type { HoldfastProcess } from './holdfast-process.ts';

/** Two, with second factors, who have confirmed who they are. */
export async function enrolTwoAdministrators(server: HoldfastProcess): Promise<readonly [AdminBrowser, AdminBrowser]> {
  const ada = new AdminBrowser(server.admin, server.ca());
  const { data: setup } = await server.cli<{ link: string }>('admin', 'setup-link');
  await ada.enrol(setup.link, { name: 'ada', password: 'vier blaue Drachen im Regen' });
  await ada.confirm();
  const invited = await ada.api('POST', '/people', { body: { name: 'grace', role: 'administrator' } });
  const grace = new AdminBrowser(server.admin, server.ca());
  await grace.enrol(String(invited.data['link']), { password: 'drei rote Drachen im Herbst' });
  await grace.confirm();
  return [ada, grace];
}
