import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One hostile label must not be able to fill memory here or in the system that collects. */
const SERIES_MAX = 2000;
const LABEL_CHARACTERS_MAX = 128;

/** OpenTelemetry's advice for `http.server.request.duration`. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

interface GaugeDefinition {
  readonly help: string;
  readonly labels?: readonly string[];
}

interface CounterDefinition {
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every counter, with its labels in the order in which gateway processes send their values. Labels are of low cardinality:
 * ids of applications, classes, rule names; never a path, an address or a name of a person.
 */
export const COUNTERS = {
  holdfast_requests_total: { help: 'Requests answered.', labels: ['application', 'outcome', 'status_class'] },
  holdfast_request_milliseconds_total: { help: 'Time spent on requests, milliseconds.', labels: ['application'] },
  holdfast_blocks_total: { help: 'Requests refused by attack rules.', labels: ['application', 'group'] },
  holdfast_rule_hits_total: { help: 'Findings of attack rules, blocked or recorded.', labels: ['application', 'rule'] },
  holdfast_protocol_rejects_total: { help: 'Bytes refused by the front gate.', labels: ['rule'] },
  holdfast_events_dropped_total: { help: 'Telemetry events dropped because a queue was full.', labels: [] },
  holdfast_jobs_total: { help: 'Jobs run.', labels: ['name', 'outcome'] },
  holdfast_secret_reads_total: { help: 'Values of secrets that were given.', labels: ['via'] },
  holdfast_secret_refusals_total: { help: 'Uses of secrets that were refused.', labels: ['via', 'cause'] },
  holdfast_secret_alarms_total: { help: 'Decoys read, too many secrets read at once, rows that do not open.', labels: ['kind'] },
  holdfast_uploads_total: { help: 'Uploaded files: passed, refused, held, infected.', labels: ['application', 'outcome'] },
  holdfast_alerts_total: { help: 'Alerts that began.', labels: ['kind', 'severity'] },
  holdfast_alerts_told_total: { help: 'Alerts told at channels, or not: sent, failed, dead.', labels: ['kind', 'outcome'] },
  holdfast_watch_events_total: { help: 'Events that the watch judged.', labels: [] },
  holdfast_watch_dropped_total: { help: 'Events that the watch did not judge: its queue was full.', labels: [] },
  holdfast_watch_detections_total: { help: 'Detections of the watch, before alike ones become one alert.', labels: [] },
  holdfast_intel_hits_total: { help: 'Requests that met something listed by threat intelligence.', labels: ['kind', 'action'] },
  holdfast_incident_alerts_total: { help: 'Alerts that opened an incident, or joined one.', labels: ['outcome'] },
  holdfast_incidents_contained_total: { help: 'Incidents that were contained for the first time, without drills.', labels: [] },
  holdfast_incident_contained_seconds_total: { help: 'From the opening of these incidents to then, seconds.', labels: [] },
  holdfast_incidents_closed_total: { help: 'Closings of incidents, without drills.', labels: [] },
  holdfast_incident_closed_seconds_total: { help: 'From the opening of these incidents to then, seconds.', labels: [] },
  holdfast_metric_series_dropped_total: { help: 'Samples dropped because of the limit of series.', labels: [] },
} as const satisfies Record<string, CounterDefinition>;
export type CounterName = keyof typeof COUNTERS;

export const GAUGES = {
  holdfast_backup_age_seconds: { help: 'Age of the newest backup; -1 = there is none.' },
  holdfast_backup_failed: { help: '1 when the last backup that was due could not be made.' },
  holdfast_bans: { help: 'Bans in force.' },
  holdfast_isolations: { help: 'What is cut off: application, route, read-only.', labels: ['kind'] },
  holdfast_audit_tree_size: { help: 'Records in the audit ledger.' },
  holdfast_audit_projection_lag: { help: 'Records of the ledger that the database does not hold yet.' },
  holdfast_secret_overdue: { help: 'Secrets that are older than they may be.' },
  holdfast_quarantine_files: { help: 'Files that are kept and were not passed on.' },
  holdfast_quarantine_bytes: { help: 'Bytes of these files.' },
  holdfast_upload_scanners_down: { help: 'Scanners of uploads that do not answer.' },
  holdfast_alert_channels_failing: { help: 'Channels at which alerts cannot be told.' },
  holdfast_alert_letters: { help: 'Alerts that wait to be told, or could not be told.', labels: ['state'] },
  holdfast_watch_behind_seconds: { help: 'How long the oldest event waits to be judged.' },
  holdfast_watch_canary_missed: { help: '1 when something planted was not found in time.', labels: ['canary'] },
  holdfast_watch_stopped: { help: '1 when events are not judged, or too late.' },
  holdfast_schema_routes: {
    help: 'Routes that an application answered in the last week, by whether the schema in force lists them.',
    labels: ['application', 'covered'],
  },
  holdfast_legal_clocks: { help: 'Legal clocks that nobody has settled: running, overdue.', labels: ['state'] },
  holdfast_legal_clock_seconds_left: { help: 'Seconds left of the legal clock that ends first; less than 0 = it is overdue.' },
  holdfast_alerts_open: { help: 'Alerts that nobody has closed.', labels: ['severity'] },
  holdfast_incidents: { help: 'Incidents that are not closed.', labels: ['phase', 'severity'] },
  holdfast_intel_entries: { help: 'Entries of threat intelligence in force.', labels: ['kind'] },
  holdfast_intel_table_age_seconds: { help: 'Age of the table of threat intelligence.' },
  holdfast_intel_stale_sources: { help: 'Sources of threat intelligence that are late.' },
  holdfast_snapshot_version: { help: 'Policy snapshot in force.' },
  holdfast_ready: { help: '1 when ready to serve.' },
} as const;
export type GaugeName = keyof typeof GAUGES;

/** Name, label values in the order of the declaration, amount: how gateway processes send what they counted. */
export type CounterSample = readonly [name: string, labels: readonly string[], amount: number];

export interface Metrics {
  count(name: CounterName, labels?: readonly string[], amount?: number): void;
  /** Samples from a gateway process; what is not declared is dropped and counted. */
  add(samples: readonly CounterSample[]): void;
  set(name: GaugeName, value: number, labels?: readonly string[]): void;
  /** Seconds of one request, by application; for the histogram. */
  observeRequest(application: string, seconds: number): void;
  /** Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  /** Event loop, heap and so on of this process; off in tests. */
  readonly withProcess?: boolean;
}

export function createMetrics({ withProcess = true }: MetricsOptions = {}): Metrics {
  const registers = [new Registry()] as const;
  const [registry] = registers;
  if (withProcess) collectDefaultMetrics({ register: registry });
  const counters = new Map<string, { readonly counter: Counter; readonly labels: readonly string[] }>();
  for (const [name, { help, labels }] of Object.entries<CounterDefinition>(COUNTERS)) {
    counters.set(name, { labels, counter: new Counter({ name, help, labelNames: [...labels], registers: [...registers] }) });
  }
  const gauges = new Map<string, Gauge>();
  for (const [name, { help, labels = [] }] of Object.entries<GaugeDefinition>(GAUGES))
    gauges.set(name, new Gauge({ name, help, labelNames: [...labels], registers: [...registers] }));
  const durations = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of requests through the gateway.',
    labelNames: ['application'],
    buckets: SECONDS_BUCKETS,
    registers: [...registers],
  });
  const series = new Set<string>();

  /** False when this would be one series too many. */
  const admit = (name: string, labels: readonly string[]): boolean => {
    const key = `${name}\n${labels.join('\n')}`;
    if (series.has(key)) return true;
    if (series.size >= SERIES_MAX) return false;
    series.add(key);
    return true;
  };
  const add = ([name, values, amount]: CounterSample): void => {
    const found = counters.get(name);
    const isGood = found !== undefined && values.length === found.labels.length && Number.isFinite(amount) && amount >= 0;
    const clean = values.map((value) => value.slice(0, LABEL_CHARACTERS_MAX));
    if (!isGood || !admit(name, clean)) {
      counters.get('holdfast_metric_series_dropped_total')?.counter.inc();
      return;
    }
    found.counter.labels(...clean).inc(amount);
  };
  return {
    count: (name, labels = [], amount = 1) => add([name, labels, amount]),
    add: (samples) => {
      for (const sample of samples) add(sample);
    },
    set(name, value, labels = []) {
      if (labels.length === 0) gauges.get(name)?.set(value);
      else if (admit(name, labels))
        gauges
          .get(name)
          ?.labels(...labels)
          .set(value);
    },
    observeRequest: (application, seconds) => {
      if (admit('http_server_request_duration_seconds', [application])) durations.labels(application).observe(seconds);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
