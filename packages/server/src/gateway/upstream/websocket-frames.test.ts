import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameMeter, closeFrame, maskedCloseFrame } from './websocket-frames.ts';

const frame = (payloadBytes: number, first = 0x82): Buffer => {
  const length =
    payloadBytes < 126
      ? [0x80 | payloadBytes]
      : payloadBytes < 65_536
        ? [0xfe, payloadBytes >> 8, payloadBytes & 0xff]
        : [0xff, 0, 0, 0, 0, payloadBytes >>> 24, (payloadBytes >> 16) & 0xff, (payloadBytes >> 8) & 0xff, payloadBytes & 0xff];
  return Buffer.concat([Buffer.from([first, ...length, 1, 2, 3, 4]), Buffer.alloc(payloadBytes)]);
};

describe('frame meter', () => {
  it('follows frames across any chunk borders', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 125, 126, 200, 70_000), { maxLength: 6 }),
        fc.integer({ min: 1, max: 999 }),
        (sizes, step) => {
          const meter = new FrameMeter(100_000, true);
          const bytes = Buffer.concat(sizes.map((size) => frame(size)));
          for (let at = 0; at < bytes.length; at += step) expect(meter.push(bytes.subarray(at, at + step))).toBeNull();
          expect(meter.isBetweenFrames).toBe(true);
        },
      ),
    );
  });

  it('refuses frames over the limit, unmasked client frames, masked server frames and long control frames', () => {
    expect(new FrameMeter(100, true).push(frame(101))).toBe(1009);
    expect(new FrameMeter(100, true).push(frame(100))).toBeNull();
    expect(new FrameMeter(100, true).push(closeFrame(1000))).toBe(1002);
    expect(new FrameMeter(100, false).push(maskedCloseFrame(1000))).toBe(1002);
    expect(new FrameMeter(1000, true).push(frame(126, 0x89))).toBe(1002);
    expect(new FrameMeter(1000, true).push(frame(5, 0x09))).toBe(1002);
  });

  it('takes our own close frames', () => {
    expect(new FrameMeter(100, false).push(closeFrame(1001))).toBeNull();
    expect(new FrameMeter(100, true).push(maskedCloseFrame(1001))).toBeNull();
  });
});
