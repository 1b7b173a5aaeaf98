/** What is known of the personal data that an incident concerns. */
export interface PersonalCounts {
  /** Categories of personal data, in words: contact data, payment data, … */
  readonly categories: readonly string[];
  /** Categories of people: customers, employees, … */
  readonly people: readonly string[];
  /** Null = not known. */
  readonly subjects: number | null;
  readonly records: number | null;
}

/** Whoever keeps the inventory of personal data answers here. */
export interface PersonalData {
  countsFor(incident: string): Promise<PersonalCounts>;
}
