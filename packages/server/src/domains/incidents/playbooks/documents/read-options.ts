export interface ReadOptions {
  /** Whether there is a playbook of this id, for those that call others; left out = nothing is known of others. */
  readonly isThere?: (id: string) => boolean;
}
