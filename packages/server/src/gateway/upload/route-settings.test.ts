import { applicationSchema } from '@holdfast/contract';
import type { Application, UploadRoute } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { uploadsFor } from './route-settings.ts';

const application = (routes: readonly Partial<UploadRoute>[], elsewhere: 'take' | 'refuse' = 'take'): Application =>
  applicationSchema.parse({
    id: 'shop',
    name: 'Shop',
    upstream: 'http://127.0.0.1:1',
    uploads: { types: ['txt'], filesMax: 7, routes, elsewhere },
  });

const settings = (of: Application, path: string, method = 'POST'): ReturnType<typeof uploadsFor> =>
  uploadsFor(of, { head: { method, path, target: path, query: '', host: 'a', authority: 'a', headers: [] } });

describe('what holds for the files of a route', () => {
  const shop = application(
    [
      { path: '/files/*', types: ['pdf'], filesMax: 2 },
      { path: '/files/{id}/photo', types: ['png'] },
      { path: '/files/mine/photo', types: ['jpeg'] },
      { path: '/files/mine/photo', method: 'PUT', types: ['gif'] },
      { path: '/notes', files: 'refuse', action: 'block' },
    ],
    'take',
  );

  it.each([
    ['/files', 'pdf'],
    ['/files/a/b/c', 'pdf'],
    ['/files/7/photo', 'png'],
    ['/files/mine/photo', 'jpeg'],
    ['/elsewhere', 'txt'],
    ['/files/mine/photo/more', 'pdf'],
  ])('is said by the entry that says most of the path: %s', (path, type) => {
    expect(settings(shop, path).types).toEqual([type]);
  });

  it('may be for one method, and what an entry does not say is as for the application', () => {
    expect(settings(shop, '/files/mine/photo', 'PUT').types).toEqual(['gif']);
    expect(settings(shop, '/files/x').filesMax).toBe(2);
    expect(settings(shop, '/files/7/photo').filesMax).toBe(7);
    expect(settings(shop, '/notes')).toMatchObject({ files: 'refuse', action: 'block', types: ['txt'], route: '/notes' });
  });

  it.each(['/NOTES', '/notes/', '/notes;v=1', '//notes', '/notes.json'])(
    'has no way around it by another spelling: %s',
    (path) => {
      expect(settings(shop, path).files).toBe('refuse');
    },
  );

  it('elsewhere is what the application says, and it may refuse', () => {
    expect(settings(shop, '/other').files).toBe('take');
    expect(settings(application([{ path: '/in' }], 'refuse'), '/other')).toMatchObject({ files: 'refuse', route: null });
    expect(settings(application([{ path: '/in' }], 'refuse'), '/in').files).toBe('take');
  });

  it('is said once for each route', () => {
    expect(() => application([{ path: '/a/{id}' }, { path: '/A/{name}/' }])).toThrow('same route');
    expect(() => application([{ path: '/a/{id}' }, { path: '/a/{id}', method: 'PUT' }])).not.toThrow();
    expect(() => application([{ path: '/a*' }])).toThrow('a * stands at the end');
    expect(() => application([{ path: '/*/a' }])).toThrow('a * stands at the end');
  });
});
