import type { SourceFormat } from '@holdfast/contract';
import { readCsv } from './csv.ts';
import { readStix, readTaxii } from '../stix/bundle/read-indicators.ts';
import type { ReadFormat } from './entry.ts';
import { readList } from './list.ts';
import { readMispEvents } from './misp-feed.ts';

/** Warning lists hold what is good; they are read apart (`misp-warninglist.ts`). */
export const READERS: Readonly<Record<Exclude<SourceFormat, 'misp-warninglist'>, ReadFormat>> = {
  list: readList,
  csv: readCsv,
  'misp-feed': readMispEvents,
  stix: readStix,
  taxii: readTaxii,
};
