/** One line, or one area, of a time series. */
export interface Series {
  readonly name: string;
  /** A colour token, such as `--color-stop`. */
  readonly token: string;
  readonly values: readonly number[];
}
