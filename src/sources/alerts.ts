/**
 * Whether an alert still fires, by the word of whoever evaluates it.
 *
 * `firing` when anybody says so. `inactive` only when everybody who was asked has answered, nobody says firing, and somebody who
 * knows the alert's rule has evaluated it; without a Prometheus, when an Alertmanager that has been up for a while does not
 * hold it. All else is `unknown`, with the reason: a pending alert, a rule that fails, an instance that does not answer. Not to
 * see an alert is never proof that it is gone.
 */
import type { Clock } from '../clock.ts';
import type { Gap } from '../crds/investigation.ts';
import type { AlertmanagerClient } from './alertmanager.ts';
import { gapOf } from './gap.ts';
import type { Labels, PrometheusClient } from './prometheus.ts';

export type AlertState = 'firing' | 'inactive' | 'unknown';

export interface AlertVerdict {
  readonly state: AlertState;
  readonly reason: string;
  /** Who could not be asked. */
  readonly gaps: readonly Gap[];
}

export interface AlertSource {
  /** @param labels as delivered, `alertname` among them; labels that were added on the way do no harm */
  state(labels: Labels, signal?: AbortSignal): Promise<AlertState>;
  /** The same, with its reason. */
  verdict(labels: Labels, signal?: AbortSignal): Promise<AlertVerdict>;
}

export interface AlertSourceOptions {
  readonly prometheus: readonly PrometheusClient[];
  readonly alertmanager: readonly AlertmanagerClient[];
  readonly clock: Pick<Clock, 'now'>;
}

/** Prometheus sends an alert that fires again every minute; after this an Alertmanager has heard of all of them. */
const SETTLED_MS = 5 * 60_000;

/** `silent`: it answered, and cannot tell. `gap`: it did not answer. */
interface Word {
  readonly state: AlertState | 'silent';
  readonly reason: string;
  readonly gap?: Gap | undefined;
}

export function createAlertSource({ prometheus, alertmanager, clock }: AlertSourceOptions): AlertSource {
  const verdict: AlertSource['verdict'] = async (labels, signal) => {
    const { alertname } = labels;
    if (alertname === undefined) return { state: 'unknown', reason: 'the alert has no name', gaps: [] };
    const [rules, held] = await Promise.all([
      Promise.all(prometheus.map((client) => asked(client.name, () => askPrometheus(client, alertname, labels, signal)))),
      Promise.all(alertmanager.map((client) => asked(client.name, () => askAlertmanager(client, alertname, labels, clock.now(), signal)))),
    ]);
    return judge(rules, held);
  };
  return { verdict, state: async (labels, signal) => (await verdict(labels, signal)).state };
}

function judge(rules: readonly Word[], held: readonly Word[]): AlertVerdict {
  const words = [...rules, ...held];
  const gaps = words.flatMap(({ gap }) => gap ?? []);
  const verdict = (state: AlertState, said: readonly Word[]): AlertVerdict | undefined => {
    const word = said.find((each) => each.state === state);
    return word && { state, reason: word.reason, gaps };
  };
  const decided = verdict('firing', words) ?? verdict('unknown', words) ?? verdict('inactive', rules.length > 0 ? rules : held);
  return decided ?? { state: 'unknown', reason: words[0]?.reason ?? 'neither Prometheus nor Alertmanager is configured', gaps };
}

async function asked(name: string, ask: () => Promise<Word>): Promise<Word> {
  try {
    return await ask();
  } catch (error) {
    const gap = gapOf('alerts', `ask ${name} whether the alert fires`, error);
    return { state: 'unknown', reason: error instanceof Error ? error.message : `${name} could not be asked`, gap };
  }
}

async function askPrometheus(client: PrometheusClient, alertname: string, labels: Labels, signal: AbortSignal | undefined): Promise<Word> {
  const rules = await client.rules(alertname, signal);
  if (rules.length === 0) return askSeries(client, alertname, labels, signal);
  const same = rules.flatMap(({ alerts }) => alerts.filter((alert) => isSameAlert(alert.labels, labels)));
  const states = new Set(same.map(({ state }) => state));
  if (states.has('firing')) return { state: 'firing', reason: `${client.name}: ${alertname} fires` };
  if (states.has('pending')) return { state: 'unknown', reason: `${client.name}: ${alertname} is pending: its condition holds` };
  if (rules.some(({ evaluated }) => !evaluated)) return { state: 'unknown', reason: `${client.name}: ${alertname} could not be evaluated` };
  return { state: 'inactive', reason: `${client.name}: ${alertname} was evaluated and does not fire` };
}

/** The rule may live in a ruler that this instance does not show, while its series are here. */
async function askSeries(client: PrometheusClient, alertname: string, labels: Labels, signal: AbortSignal | undefined): Promise<Word> {
  const fires = (await client.firing(alertname, signal)).some((alert) => isSameAlert(alert, labels));
  if (fires) return { state: 'firing', reason: `${client.name}: ${alertname} fires` };
  return { state: 'silent', reason: `${client.name}: no rule is called ${alertname}` };
}

async function askAlertmanager(
  client: AlertmanagerClient,
  alertname: string,
  labels: Labels,
  now: number,
  signal: AbortSignal | undefined,
): Promise<Word> {
  const alerts = await client.alerts(alertname, signal);
  if (alerts.some((alert) => isSameAlert(alert, labels))) return { state: 'firing', reason: `${client.name}: holds ${alertname}` };
  if (now - (await client.startedAt(signal)) < SETTLED_MS) return { state: 'silent', reason: `${client.name}: has just started` };
  return { state: 'inactive', reason: `${client.name}: does not hold ${alertname}` };
}

/** No label contradicts: external labels are added, and others dropped, on the way from a rule to a receiver. */
function isSameAlert(alert: Labels, delivered: Labels): boolean {
  return Object.entries(alert).every(([name, value]) => delivered[name] === undefined || delivered[name] === value);
}
