/** The client takes an answer too slowly: what ends its body. The message is the reason on record. */
export class SlowReader extends Error {
  constructor(reason: 'reader-slow' | 'reader-shed') {
    super(reason);
    this.name = 'SlowReader';
  }
}
