import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createTelemetrySources } from '../../../src/compose/telemetry.ts';
import { loadConfig } from '../../../src/config.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';

const URLS = {
  PROMETHEUS_URL: 'http://prometheus:9090',
  ALERTMANAGER_URL: 'http://alertmanager:9093',
  LOKI_URL: 'http://loki:3100',
  TEMPO_URL: 'http://tempo:3200',
  GRAFANA_URL: 'http://grafana:3000',
  GRAFANA_API_KEY: 'glsa_1',
};

test('the example in the README of sources is a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  const path = join(folder, 'config.yaml');
  const [, example = ''] = /```yaml\n(.*?)```/su.exec(readFileSync('src/sources/README.md', 'utf8')) ?? [];
  writeFileSync(path, example);
  const { sources } = loadConfig({ path, environment: {} });
  expect(Object.values(sources).map(({ length }) => length)).toEqual([1, 2, 1, 1, 1, 1, 0, 0]);
  rmSync(folder, { recursive: true });
});

test.each([
  { name: 'the environment', environment: URLS, want: { metrics: 1, logs: 1, traces: 1, dashboards: 1 } },
  { name: 'nothing at all', environment: {}, want: { metrics: 0, logs: 0, traces: 0, dashboards: 0 } },
])('the ports are built from $name', ({ environment, want }) => {
  const config = loadConfig({ environment });
  const { ports, dashboards, measurements } = createTelemetrySources({ config, clock: systemClock, redactor: createRedactor() });
  expect(measurements.sources).toHaveLength(want.metrics);
  const { metrics, logs, traces } = ports;
  expect({ metrics: metrics.length, logs: logs.length, traces: traces.length, dashboards: dashboards.length }).toEqual(want);
});
