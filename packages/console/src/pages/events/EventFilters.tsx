import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import type { Choice } from '../../ui/fields/SelectField.tsx';
import { EVENT_FILTERS, SPANS } from './calls.ts';
import { OUTCOME_WORDS, SEVERITY_WORDS } from '../../api/event-words.ts';

const choicesOf = (words: Readonly<Record<string, string>>): readonly Choice[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const OUTCOMES = choicesOf(OUTCOME_WORDS);
const SEVERITIES = choicesOf(SEVERITY_WORDS);
const SPAN_CHOICES = [...SPANS].map(([value, hours]) => ({
  value,
  label: hours <= 24 ? `Last ${hours} h` : `Last ${hours / 24} days`,
}));

export function EventFilters() {
  return (
    <FilterBar keys={EVENT_FILTERS}>
      <FilterSelect name="outcome" label="Outcome" choices={OUTCOMES} />
      <FilterSelect name="severity" label="Severity" choices={SEVERITIES} />
      <FilterSelect name="span" label="Time" choices={SPAN_CHOICES} all="All time" />
      <FilterText name="application" label="Application" placeholder="its id" />
      <FilterText name="type" label="Kind" placeholder="request.completed" />
    </FilterBar>
  );
}
