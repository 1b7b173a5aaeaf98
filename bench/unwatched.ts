import { registerHooks } from 'node:module';

/**
 * Loaded before a server, this puts nobody in the place of the watch: no thread, and nothing is handed over. There is no setting for
 * that; it is for measuring what the watch costs a request.
 */
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isWatch = found.url.endsWith('/domains/detection/watch/create-watch.ts');
    return isWatch ? { ...found, url: new URL('no-watch.ts', import.meta.url).href } : found;
  },
});
