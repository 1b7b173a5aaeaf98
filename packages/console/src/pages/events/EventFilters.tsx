import { FilterBar, FilterSelect, FilterText } from '../../ui/fields/FilterBar.tsx';
import type { Choice } from '../../ui/fields/SelectField.tsx';
import { EVENT_FILTERS, SPANS } from './calls.ts';
import { GROUP_CHOICES, OUTCOME_WORDS, SEVERITY_WORDS } from '../../api/event-words.ts';

const choicesOf = (words: Readonly<Record<string, string>>): readonly Choice[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const OUTCOMES = choicesOf(OUTCOME_WORDS);
const SEVERITIES = choicesOf(SEVERITY_WORDS);
const SPAN_CHOICES = [...SPANS].map(([value, hours]) => ({
  value,
  label: hours <= 24 ? `Last ${hours} h` : `Last ${hours / 24} days`,
}));

/** Names of events, or how they begin. */
const KINDS: readonly Choice[] = [
  { value: 'request.completed', label: 'Requests' },
  { value: 'gateway.', label: 'The gateway itself' },
  { value: 'identity.,authentication.', label: 'People signing in' },
  { value: 'token.,policy.', label: 'Programs and policies' },
  { value: 'application.,exception.,tuning.,schema.,csp.,ban.,bypass.', label: 'Changes of protection' },
  { value: 'system.,tls.,backup.,snapshot.,selftest.', label: 'System' },
  { value: 'ledger.,audit.,subject.', label: 'Ledger' },
];

export function EventFilters() {
  return (
    <FilterBar keys={EVENT_FILTERS}>
      <FilterSelect name="outcome" label="Outcome" choices={OUTCOMES} />
      <FilterSelect name="severity" label="Severity" choices={SEVERITIES} />
      <FilterSelect name="span" label="Time" choices={SPAN_CHOICES} all="All time" />
      <FilterSelect name="type" label="Kind" choices={KINDS} />
      <FilterSelect name="group" label="Attack" choices={GROUP_CHOICES} />
      <FilterText name="path" label="Path" placeholder="/search" />
      <FilterText name="address" label="Address" placeholder="203.0.113.7" />
      <FilterText name="application" label="Application" placeholder="shop" />
    </FilterBar>
  );
}
