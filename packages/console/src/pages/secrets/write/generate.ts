const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const GENERATED_LENGTH = 32;

/** Letters and digits that no shell and no URL changes, each as likely as any other: 32 of them are 190 bits. */
export function generateValue(length = GENERATED_LENGTH): string {
  // A byte beyond the last whole round would make the first letters likelier.
  const byteMax = 256 - (256 % LETTERS.length);
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2)))
      if (byte < byteMax && text.length < length) text += LETTERS.charAt(byte % LETTERS.length);
  }
  return text;
}
