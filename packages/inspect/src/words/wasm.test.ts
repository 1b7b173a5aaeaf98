import { expect, it } from 'vitest';
import { wordModule } from './module.ts';
import { encodeModule, i32, local, signed, unsigned } from './wasm.ts';
import { wasm } from './webassembly.ts';

it('writes integers in LEB128', () => {
  expect([0, 127, 128, 624_485, 0xffff_ffff].map((value) => unsigned(value))).toEqual([
    [0],
    [0x7f],
    [0x80, 0x01],
    [0xe5, 0x8e, 0x26],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
  ]);
  expect([0, 63, 64, -1, -64, -65, -123_456].map((value) => signed(value))).toEqual([
    [0],
    [0x3f],
    [0xc0, 0x00],
    [0x7f],
    [0x40],
    [0xbf, 0x7f],
    [0xc0, 0xbb, 0x78],
  ]);
});

it('writes modules that are compiled and run', () => {
  const code = [...local.get(0), ...local.get(1), ...i32.sub];
  const module = new wasm.Module(encodeModule([{ parameters: 2, locals: [], code }], 'minus', 1));
  // What encodeModule was told to export.
  const { minus, memory } = new wasm.Instance(module).exports as {
    readonly minus: (left: number, right: number) => number;
    readonly memory: { buffer: ArrayBuffer };
  };
  expect(minus(44, 2)).toBe(42);
  expect(memory.buffer.byteLength).toBe(65_536);
});

it('refuses what is no code', () => {
  const module = encodeModule([{ parameters: 1, locals: [], code: i32.add }], 'wrong', 1);
  expect(() => new wasm.Module(module)).toThrow(/CompileError|not enough arguments/u);
});

it('keeps the module of the finder small', () => {
  const bytes = wordModule();
  expect(() => new wasm.Module(bytes)).not.toThrow();
  expect(bytes.length).toBeLessThan(2_048);
});
