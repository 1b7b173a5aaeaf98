import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../../platform/refusal.ts';

export interface HashParameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's first choice for argon2id, and what two cores still do more than twenty times a second. */
export const HASH_PARAMETERS: HashParameters = { memoryKib: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Each takes a thread of libuv's pool of four: two are left for files. */
const HASHES_AT_ONCE_MAX = 2;
/** A second or two of work: who comes later is told to come back, instead of everybody waiting for ever. */
const WAITING_MAX = 64;
const BUSY_RETRY_SECONDS = 2;
/** What a stored text may ask for: a changed row must not be able to take all memory. */
const MEMORY_KIB_MAX = 1_048_576;
const PASSES_MAX = 16;
const PARALLELISM_MAX = 8;

interface ParsedHash extends HashParameters {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** The PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. Null = not one of ours. */
function parse(text: string): ParsedHash | null {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/u.exec(text);
  if (match === null) return null;
  const [, memory = '', passes = '', parallelism = '', salt = '', tag = ''] = match;
  const parsed = {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
  const isSane = parsed.memoryKib >= 8 && parsed.memoryKib <= MEMORY_KIB_MAX && parsed.passes >= 1 && parsed.passes <= PASSES_MAX;
  return isSane && parsed.parallelism >= 1 && parsed.parallelism <= PARALLELISM_MAX ? parsed : null;
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `null` stands for somebody who does not exist or has no password: it costs the same and is never right. */
  verify(stored: string | null, password: string): Promise<{ readonly isRight: boolean; readonly isOutdated: boolean }>;
}

/** Off the event loop and few at a time: argon2id takes memory by the megabyte. */
export function createPasswordHasher(parameters: HashParameters = HASH_PARAMETERS): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];

  const derive = async (password: string, given: ParsedHash): Promise<Buffer> => {
    if (running >= HASHES_AT_ONCE_MAX) {
      if (waiting.length >= WAITING_MAX) throw new Refusal('service-unavailable', { retryAfterSeconds: BUSY_RETRY_SECONDS });
      // The one that ends hands its place on without giving it free: nobody can overtake.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        const { memoryKib: memory, passes, parallelism, salt: nonce, tag } = given;
        // NFKC, so that a password typed on another keyboard is the same one (SP 800-63B-4 §3.1.1.2).
        const message = Buffer.from(password.normalize('NFKC'));
        argon2('argon2id', { message, nonce, parallelism, tagLength: tag.length, memory, passes }, (error, derived) => {
          if (error === null) resolve(Buffer.from(derived));
          else reject(error);
        });
      });
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };

  const fresh = (): ParsedHash => ({ ...parameters, salt: randomBytes(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) });
  const dummy: ParsedHash = fresh();
  return {
    async hash(password) {
      const wanted = fresh();
      const tag = await derive(password, wanted);
      const { memoryKib, passes, parallelism, salt } = wanted;
      return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
    },
    async verify(stored, password) {
      const parsed = stored === null ? null : parse(stored);
      const derived = await derive(password, parsed ?? dummy);
      if (parsed === null) return { isRight: false, isOutdated: false };
      const isOutdated =
        parsed.memoryKib < parameters.memoryKib || parsed.passes < parameters.passes || parsed.tag.length < TAG_BYTES;
      return { isRight: timingSafeEqual(derived, parsed.tag), isOutdated };
    },
  };
}
