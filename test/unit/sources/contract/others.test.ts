/** What Alertmanager's adapter and that of dashboards owe like all others: failures are typed, and never quoted. */
import { describe } from 'vitest';
import { createAlertmanager } from '../../../../src/sources/alertmanager.ts';
import { createGrafana } from '../../../../src/sources/grafana.ts';
import { createPrometheus } from '../../../../src/sources/prometheus.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { failsAsASourceShould, INSTANCE } from './failures.ts';

const window = { start: 0, end: 1_000 };
const cleaner = createCleaner((text) => text);

describe('the port of alerts', () => {
  failsAsASourceShould('Alertmanager', [
    { name: 'alerts', ask: (http, url, signal) => createAlertmanager(http, { name: INSTANCE, url }).alerts('Down', signal) },
    { name: 'silences', ask: (http, url, signal) => createAlertmanager(http, { name: INSTANCE, url }).silences(signal) },
    { name: 'startedAt', ask: (http, url, signal) => createAlertmanager(http, { name: INSTANCE, url }).startedAt(signal) },
  ]);
  failsAsASourceShould('Prometheus', [
    { name: 'rules', ask: (http, url, signal) => createPrometheus(http, { name: INSTANCE, url }).rules('Down', signal) },
    {
      name: 'series',
      ask: (http, url, signal) => createPrometheus(http, { name: INSTANCE, url }).series({ pod: 'a' }, window, 10, signal),
    },
    { name: 'typeOf', ask: (http, url, signal) => createPrometheus(http, { name: INSTANCE, url }).typeOf('up', signal) },
  ]);
});

describe('the port of dashboards', () => {
  failsAsASourceShould('Grafana', [
    { name: 'health', ask: (http, url, signal) => createGrafana(http, { name: INSTANCE, url }, cleaner).health(signal) },
    { name: 'search', ask: (http, url, signal) => createGrafana(http, { name: INSTANCE, url }, cleaner).search('x', signal) },
    { name: 'dashboard', ask: (http, url, signal) => createGrafana(http, { name: INSTANCE, url }, cleaner).dashboard('a', signal) },
    { name: 'annotations', ask: (http, url, signal) => createGrafana(http, { name: INSTANCE, url }, cleaner).annotations(window, signal) },
  ]);
});
