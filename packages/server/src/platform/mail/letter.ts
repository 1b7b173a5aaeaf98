export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** One that is sent at once and not kept here: whoever sends it has a queue of its own. */
export interface FullLetter extends Letter {
  readonly html: string;
  /** The same for each try (RFC 5322 §3.6.4). */
  readonly messageId: string;
}

/** Puts one letter where it belongs, or throws. */
export interface MailTransport {
  deliver(letter: Letter | FullLetter): Promise<void>;
  close(): void;
}
