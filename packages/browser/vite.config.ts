import { defineConfig } from 'vite';

/** One module without a dependency: what `/.holdfast/validate.js` is. */
export default defineConfig({
  resolve: { conditions: ['@holdfast/source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2022',
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: 'src/index.ts',
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: 'validate.js' },
    },
  },
});
