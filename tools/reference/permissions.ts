import { PERMISSIONS } from '@holdfast/contract';
import { cell, code, fenced, page, table } from './markdown.ts';
import { apiRoutes, routesNeeding } from './openapi.ts';

export async function permissionsPage(): Promise<string> {
  const needed = routesNeeding(await apiRoutes());
  return page('Permissions', 'packages/contract/src/permissions.ts', [
    'A token carries a list of permissions; each route of the [admin API](api.md) names the one it needs. Nobody can give a token more than they hold. The operator at the socket of the data directory holds all.',
    fenced('sh', ['holdfast token create --name ci --permission audit:read event:read --for 30d']),
    table(
      ['permission', 'opens'],
      PERMISSIONS.map((permission) => {
        const routes = needed.get(permission) ?? [];
        const opens = routes.map(({ method, path }) => code(`${method} ${path}`)).join('<br>');
        return [code(permission), opens === '' ? 'no route yet' : cell(opens)];
      }),
    ),
  ]);
}
