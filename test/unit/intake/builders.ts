/** Alerts and messages of Alertmanager, where a test says only what matters to it. */
import { NO_RULES } from '../../../src/domain/identity.ts';
import { type DeliveredAlert, type Delivery, type MessageLimits, readDelivery } from '../../../src/intake/alertmanager.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');

export interface RawAlert {
  readonly status?: string;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: unknown;
  readonly startsAt?: unknown;
  readonly endsAt?: unknown;
  readonly generatorURL?: unknown;
}

export const crashLoop = {
  alertname: 'KubePodCrashLooping',
  namespace: 'shop',
  pod: 'checkout-7d9f8c6b5-x2x4z',
  container: 'app',
  severity: 'warning',
};

export function rawAlert(alert: RawAlert = {}): Record<string, unknown> {
  return {
    status: 'firing',
    labels: crashLoop,
    annotations: { summary: 'Pod is crash looping.' },
    startsAt: '2026-11-21T11:55:00.123456789Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus:9090/graph',
    fingerprint: '0011223344556677',
    ...alert,
  };
}

export function message(alerts: readonly unknown[], rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'agent-sre',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    alerts,
    ...rest,
  };
}

const LIMITS: MessageLimits = { maxDepth: 64, maxValueBytes: 2 ** 20, maxAlerts: 1000 };

/** As intake understands it. */
export async function delivered(...alerts: readonly RawAlert[]): Promise<readonly DeliveredAlert[]> {
  const delivery = await understood(message(alerts.map(rawAlert)));
  return delivery.alerts;
}

export const understood = (value: unknown): Promise<Delivery> => understoodText(JSON.stringify(value));

export function understoodText(text: string): Promise<Delivery> {
  return readDelivery(inChunks(new TextEncoder().encode(text), 4096), { limits: LIMITS, identity: NO_RULES, now: NOW });
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const minutes = (count: number): string => new Date(NOW + count * 60_000).toISOString();
