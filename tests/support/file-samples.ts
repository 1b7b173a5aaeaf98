/** Files that tests send: built octet by octet, so that each is exactly as honest or hostile as it says. */
export { HONEST_FILES } from './file-samples/honest.ts';
export { HOSTILE_FILES } from './file-samples/hostile.ts';
export { EICAR } from './file-samples/hostile-sample.ts';
export { compound, office, pdf, pdfStream, pdfWithFile } from './file-samples/documents.ts';
export { boxes, gif, jpeg, png, pngChunk, SVG, webp } from './file-samples/images.ts';
export { tar } from './file-samples/tar.ts';
export { zip } from './file-samples/zip.ts';
