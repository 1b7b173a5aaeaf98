import type { SourceFormat } from '@holdfast/contract';
import { readCsv } from './csv.ts';
import { UnreadableSource, type ReadFormat } from './entry.ts';
import { readList } from './list.ts';
import { readMispEvents } from './misp-feed.ts';

const notRead: ReadFormat = () => {
  throw new UnreadableSource('This format is not read here.');
};

/** Warning lists hold what is good; they are read apart (`misp-warninglist.ts`). */
export const READERS: Readonly<Record<Exclude<SourceFormat, 'misp-warninglist'>, ReadFormat>> = {
  list: readList,
  csv: readCsv,
  'misp-feed': readMispEvents,
  stix: notRead,
  taxii: notRead,
};
