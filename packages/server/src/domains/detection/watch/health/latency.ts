import type { WatchHealth } from '@holdfast/contract';

const KEPT_MAX = 2000;
const SPAN_MS = 300_000;

/** How long detections took, over the last minutes. */
export class Latency {
  #kept: { readonly atMs: number; readonly tookMs: number }[] = [];

  note(tookMs: number, atMs: number): void {
    this.#kept.push({ atMs, tookMs: Math.max(0, tookMs) });
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
  }

  view(nowMs: number): WatchHealth['latencyMs'] {
    this.#kept = this.#kept.filter(({ atMs }) => atMs > nowMs - SPAN_MS);
    if (this.#kept.length === 0) return null;
    const sorted = this.#kept.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
