import type { IndicatorAction, IndicatorKind, IntelSourceInput, SourceFormat } from '@holdfast/contract';

/** What was typed for a source: whoever changes the format keeps what fits. */
export interface TypedSource {
  readonly name: string;
  readonly format: SourceFormat;
  readonly url: string;
  readonly kind: IndicatorKind;
  readonly column: string;
  readonly collection: string;
  readonly action: IndicatorAction;
  readonly every: string;
}

export const NOTHING_TYPED: TypedSource = {
  name: '',
  format: 'list',
  url: '',
  kind: 'address',
  column: '',
  collection: '',
  action: 'watch',
  every: '60',
};

/** Only lists and columns leave open what they list. */
export const hasKind = (format: SourceFormat): boolean => format === 'list' || format === 'csv';

export function sourceOf({ name, format, url, kind, column, collection, action, every }: TypedSource): IntelSourceInput {
  return {
    name,
    format,
    url: url.trim() === '' ? null : url.trim(),
    action,
    everyMinutes: Number(every),
    ...(hasKind(format) ? { kind } : {}),
    ...(format === 'csv' && column !== '' ? { column } : {}),
    ...(format === 'taxii' ? { collection } : {}),
  };
}
