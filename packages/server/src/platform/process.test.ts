import { describe, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { startWatchdog } from './watchdog.ts';

describe('metrics', () => {
  test('counters, gauges and durations appear in the text', async () => {
    const metrics = createMetrics({ withProcess: false });
    metrics.count('holdfast_requests_total', ['shop', 'allowed', '2xx']);
    metrics.add([['holdfast_requests_total', ['shop', 'allowed', '2xx'], 4]]);
    metrics.set('holdfast_bans', 3);
    metrics.observeRequest('shop', 0.02);
    const text = await metrics.text();
    expect(text).toContain('holdfast_requests_total{application="shop",outcome="allowed",status_class="2xx"} 5');
    expect(text).toContain('holdfast_bans 3');
    expect(text).toContain('http_server_request_duration_seconds_count{application="shop"} 1');
  });

  test('series are bounded, undeclared or misshapen samples are dropped, and both are counted', async () => {
    const metrics = createMetrics({ withProcess: false });
    for (let n = 0; n < 2500; n += 1) metrics.count('holdfast_protocol_rejects_total', [`rule-${n}`]);
    metrics.add([
      ['made_up', [], 1],
      ['holdfast_blocks_total', ['one label'], 1],
      ['holdfast_blocks_total', ['a', 'b'], Number.NaN],
    ]);
    metrics.count('holdfast_protocol_rejects_total', ['rule-0']);
    const text = await metrics.text();
    expect(text.match(/^holdfast_protocol_rejects_total\{/gmu)).toHaveLength(2000);
    expect(text).toContain('holdfast_protocol_rejects_total{rule="rule-0"} 2');
    expect(text).toContain('holdfast_metric_series_dropped_total 503');
    expect(text).not.toContain('made_up');
  });
});

describe('watchdog', () => {
  const run = (moves: readonly (readonly [wallMs: number, monotonicMs: number])[]): string[] => {
    let wall = 1_000_000;
    let monotonic = 0;
    const heard: string[] = [];
    using dog = startWatchdog({
      clock: { now: () => wall, monotonicMs: () => monotonic },
      onStall: (ms) => heard.push(`stall ${ms}`),
      onClockJump: (ms) => heard.push(`jump ${ms}`),
    });
    for (const [wallMs, monotonicMs] of moves) {
      wall += wallMs;
      monotonic += monotonicMs;
      dog.tick();
    }
    return heard;
  };

  test('ordinary turns and small corrections say nothing', () => {
    expect(
      run([
        [500, 500],
        [600, 500],
        [400, 500],
        [2400, 2400],
      ]),
    ).toEqual([]);
  });

  test('a stall, a jump forward and a jump back are told apart', () => {
    expect(run([[3500, 3500]])).toEqual(['stall 3000']);
    expect(run([[3_600_500, 500]])).toEqual(['jump 3600000']);
    expect(run([[-3_599_500, 500]])).toEqual(['jump -3600000']);
  });
});
