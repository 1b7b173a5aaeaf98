/** One shape of code: what it means, and how sure it is alone and quoted in a sentence or a long listing. */
export interface Pattern {
  rule: string;
  /** A text without which the shape cannot be there; looking for it costs next to nothing. */
  hint: string;
  /** Traits without any of which the shape cannot be there; most values are passed over by these alone. */
  needs: number;
  /** Bounded in every repetition. */
  shape: RegExp;
  confidence: number;
  quoted: number;
  /** Ordinary programs hold it as well: amid several lines of code it means nothing. */
  isEveryday?: true;
  why: string;
}
