/** A file cannot be written down: no room, or nobody to do it. The words are a reason of a refusal. */
export class SpoolFault extends Error {
  readonly reason: 'upload-spool-full' | 'upload-spool-ended';

  constructor(reason: SpoolFault['reason']) {
    super(reason === 'upload-spool-full' ? 'no room is left for uploads' : 'the thread that writes uploads down ended');
    this.reason = reason;
  }
}
