/** What is used of the WebAssembly JavaScript Interface; the types of browsers have it, those of ECMAScript and Node do not. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

// Every engine that this runs in has it: Node 24 and browsers (§5 of the interface, a property of the global object).
export const wasm: WasmApi = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
