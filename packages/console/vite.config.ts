import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './build/precompress.ts';

// Whoever builds it, a test runner too, builds what people get: the development form of React is twice as large and slow.
process.env['NODE_ENV'] = 'production';

/** `npm run build:console`. Nothing is inlined: the content security policy of the admin listener takes files of its own only. */
export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  resolve: { conditions: ['@holdfast/source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    // Browsers that lack it load the chunks without a hint; the shim would be script that most people do not need.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        // What changes with React and the router stays cached when a page changes.
        codeSplitting: {
          groups: [
            { name: 'frame', test: /node_modules[\\/](?:react|react-dom|scheduler|@tanstack)[\\/]/u },
            { name: 'plot', test: /node_modules[\\/]uplot[\\/]/u },
          ],
        },
      },
    },
  },
});
