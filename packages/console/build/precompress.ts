import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(?:js|css|html|svg)$/u;
/** Below this the compressed form is hardly shorter than its headers. */
const BYTES_MIN = 512;

/** Compressed once, at the best quality, when the console is built: the listener only picks the file that the browser takes. */
export function precompress() {
  let folder = '';
  return {
    name: 'holdfast-precompress',
    apply: 'build' as const,
    configResolved({ root, build }: { readonly root: string; readonly build: { readonly outDir: string } }) {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXT.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        const bytes = readFileSync(file);
        if (bytes.length < BYTES_MIN) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
