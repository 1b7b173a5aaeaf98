/** How this node and the others on its database hear of each other. */
export interface Nodes extends AsyncDisposable {
  /** `alone` = the database is embedded, so there are no others. */
  readonly kind: 'alone' | 'shared';
  /** To every other node. Nobody may depend on it: while the line is cut it is lost. */
  tell(topic: string, text: string): void;
  /** What another node told. Anybody who may use the database can have written it: check it like any input. */
  on(topic: string, listener: (text: string) => void): void;
  /** The line was cut and is back: something may have been missed. */
  onReturn(listener: () => void): void;
  /** What is wrong with the line now, in words for an operator; null = nothing. */
  trouble(): string | null;
  close(): Promise<void>;
}

/** With the embedded database, and for short commands. */
export const alone: Nodes = {
  kind: 'alone',
  tell: () => undefined,
  on: () => undefined,
  onReturn: () => undefined,
  trouble: () => null,
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
