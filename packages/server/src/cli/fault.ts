/** The command was not understood; answered with exit code 2 before anything was touched. */
export class UsageFault extends Error {
  /** Null = the help of the command. */
  readonly next: string | null;

  constructor(message: string, next: string | null = null) {
    super(message);
    this.name = 'UsageFault';
    this.next = next;
  }
}

/** Ctrl-C or a signal. */
export class Interrupted extends Error {
  constructor() {
    super('Stopped on request.');
    this.name = 'Interrupted';
  }
}

/** A step that cannot be taken back was not agreed to. Nothing was changed. */
export class NotConfirmed extends Error {
  readonly next: string;

  constructor(message: string, next = 'run it again with --yes') {
    super(message);
    this.name = 'NotConfirmed';
    this.next = next;
  }
}

/** The server went away in the middle of an answer, or a command that needs it found none. */
export class Unreachable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unreachable';
  }
}

/** Nobody reads what a stream of records is still to say: `holdfast logs -f | head -1`. */
export class ReaderGone extends Error {
  constructor() {
    super('Nobody reads any more.');
    this.name = 'ReaderGone';
  }
}
