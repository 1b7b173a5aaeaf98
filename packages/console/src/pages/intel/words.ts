import type { IndicatorAction, IndicatorKind, SourceFormat } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const KIND_WORDS: Readonly<Record<IndicatorKind, string>> = {
  address: 'Address or network',
  host: 'Host name',
  url: 'URL',
  hash: 'File hash',
  agent: 'User agent',
};
export const ACTION_WORDS: Readonly<Record<IndicatorAction, string>> = {
  watch: 'Tells',
  score: 'Adds to the score',
  block: 'Refuses',
};
export const ACTION_TONES: Readonly<Record<IndicatorAction, Tone>> = { watch: 'note', score: 'watch', block: 'stop' };
export const FORMAT_WORDS: Readonly<Record<SourceFormat, string>> = {
  list: 'Plain list',
  csv: 'CSV',
  'misp-feed': 'MISP feed',
  'misp-warninglist': 'MISP warning list (known good)',
  stix: 'STIX 2.1 bundle',
  taxii: 'TAXII 2.1 collection',
};
export const choicesOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));
