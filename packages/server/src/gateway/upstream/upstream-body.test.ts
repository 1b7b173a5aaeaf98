import { describe, expect, it } from 'vitest';
import { AnswerMemory } from './answer-memory.ts';
import { StalledAnswers } from './stalled-answers.ts';
import { UpstreamBody } from './upstream-body.ts';

const CHUNK = Buffer.alloc(65_536, 'a');

interface Stand {
  readonly body: UpstreamBody;
  readonly connection: { paused: boolean; aborted: boolean };
}

function open({
  lengthBytes = null,
  memory = new AnswerMemory(),
}: {
  lengthBytes?: number | null;
  memory?: AnswerMemory;
}): Stand {
  const connection = { paused: false, aborted: false };
  const source = {
    get paused() {
      return connection.paused;
    },
    pause: () => void (connection.paused = true),
    resume: () => void (connection.paused = false),
    abort: () => void (connection.aborted = true),
  };
  const body = new UpstreamBody({
    source,
    idleMs: 0,
    lengthBytes,
    memory,
    stalled: new StalledAnswers(() => 0),
  });
  body.on('error', () => undefined);
  return { body, connection };
}

/** Bytes the application can hand over before it is held back, while nobody reads; at most 4 MiB are tried. */
function acceptedBytes({ body, connection }: Stand): number {
  let bytes = 0;
  while (!connection.paused && bytes < 4_194_304) {
    body.arrive(CHUNK);
    bytes += CHUNK.length;
  }
  return bytes;
}

describe('the body of an answer whose client does not read', () => {
  it('is read to its end when it is small, told or not', () => {
    for (const lengthBytes of [null, 1_048_576]) {
      const { body, connection } = open({ lengthBytes });
      for (let at = 0; at < 16; at += 1) body.arrive(CHUNK);
      body.finish();
      expect(connection.paused).toBe(false);
      expect(body.readableLength).toBe(1_048_576);
    }
  });

  it('is held back when it is large, told or not', () => {
    expect(acceptedBytes(open({ lengthBytes: 4_194_304 }))).toBeLessThanOrEqual(131_072);
    expect(acceptedBytes(open({ lengthBytes: null }))).toBeLessThanOrEqual(1_048_576 + CHUNK.length);
  });

  it('shares the memory of all answers and gives it back', async () => {
    const memory = new AnswerMemory(1_000_000);
    const first = open({ memory });
    acceptedBytes(first);
    expect(acceptedBytes(open({ memory }))).toBeLessThan(200_000);
    first.body.destroy();
    expect(first.connection.aborted).toBe(true);
    const third = open({ memory });
    expect(acceptedBytes(third)).toBeGreaterThan(900_000);
    third.body.resume();
    await new Promise<void>((done) => {
      setImmediate(done);
    });
    expect(third.connection.paused).toBe(false);
    expect(acceptedBytes(open({ memory }))).toBeGreaterThan(900_000);
  });
});
