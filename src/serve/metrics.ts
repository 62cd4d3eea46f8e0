import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DROP_REASONS } from './dropped.ts';

/** Numbers for Prometheus, by the names that the field uses. */
export class Metrics {
  readonly registry = new Registry();
  readonly packets = this.#counter('nids_capture_packets_total', 'Packets read', ['if']);
  readonly dropped = this.#counter(
    'nids_capture_dropped_total',
    'Packets and rows read that could not be judged, by reason',
    ['reason'],
  );
  readonly flows = this.#counter('nids_flows_exported_total', 'Flows kept', ['view']);
  readonly alerts = this.#counter('nids_alerts_total', 'Alerts raised', [
    'kind',
    'severity',
    'model',
  ]);
  readonly uploadBytes = this.#counter('nids_upload_bytes_total', 'Bytes of uploads taken', []);
  readonly signIns = this.#counter('nids_sign_ins_total', 'Sign-ins by outcome', ['outcome']);
  readonly jobs = new Gauge({
    name: 'nids_jobs',
    help: 'Jobs by state',
    labelNames: ['state'],
    registers: [this.registry],
  });
  readonly openAlerts = new Gauge({
    name: 'nids_alerts_open',
    help: 'Alerts that are open and not suppressed',
    registers: [this.registry],
  });
  readonly flowTable = new Gauge({
    name: 'nids_flow_table_entries',
    help: 'Flows that the meters of running analyses hold',
    registers: [this.registry],
  });
  readonly lag = new Gauge({
    name: 'nids_stage_lag_seconds',
    help: 'Age of the oldest work that a stage has not done yet',
    labelNames: ['stage'],
    registers: [this.registry],
  });
  readonly degraded = new Gauge({
    name: 'nids_degraded',
    help: 'Level of service in force: 1 at one of none, partial, stopped',
    labelNames: ['level'],
    registers: [this.registry],
  });
  readonly listeners = new Gauge({
    name: 'nids_stream_listeners',
    help: 'Listeners of the event stream',
    registers: [this.registry],
  });
  readonly requests = new Histogram({
    name: 'nids_http_request_duration_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.15, 0.3, 1, 3, 10],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // A reason that has not happened yet is 0, not unknown.
    for (const reason of DROP_REASONS) this.dropped.inc({ reason }, 0);
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
