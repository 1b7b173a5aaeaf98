export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Puts one letter where it belongs, or throws. */
export interface MailTransport {
  deliver(letter: Letter): Promise<void>;
  close(): void;
}
