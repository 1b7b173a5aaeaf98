/** Files that tests send: built octet by octet, so that each is exactly as honest or hostile as it says. */
export { HONEST_FILES, type FileSample } from './file-samples/honest.ts';
export { EICAR, HOSTILE_FILES, type HostileSample } from './file-samples/hostile.ts';
export {
  compound,
  objectStream,
  office,
  openDocument,
  pdf,
  pdfStream,
  pdfWithFile,
  relations,
} from './file-samples/documents.ts';
export { gif, jpeg, png, pngChunk, SVG, svgWith, webp } from './file-samples/images.ts';
export { tar, type TarMember } from './file-samples/tar.ts';
export { overlappingZip, zip, type ZipMember } from './file-samples/zip.ts';
