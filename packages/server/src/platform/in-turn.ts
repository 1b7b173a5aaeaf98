/** Runs one thing after the other; one that fails does not stop the next. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** @example const inTurn = createTurns(); await inTurn(() => save(file, state)); */
export function createTurns(): InTurn {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = tail.then(work);
    tail = next.catch(() => undefined);
    return next;
  };
}
