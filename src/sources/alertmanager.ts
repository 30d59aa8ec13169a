/** Alertmanager's v2 API: the alerts that it holds, the silences that are on, made and ended, and since when it runs. */
import { z } from 'zod';
import { createAsk } from './ask.ts';
import type { Endpoint, HttpSource } from './http.ts';
import type { Labels } from './metrics.ts';
import { alternatives, quoted } from './promql.ts';
import { tidy } from './text.ts';

export interface AlertmanagerClient {
  readonly name: string;
  /** Alerts of this name that have not ended, the silenced and the inhibited included: a silence heals nothing. */
  alerts(alertname: string, signal?: AbortSignal): Promise<readonly Labels[]>;
  /** What fires now and is neither silenced nor inhibited. @param receiver only what is routed to it */
  active(receiver?: string, signal?: AbortSignal): Promise<readonly HeldAlert[]>;
  /** When it started, in milliseconds since the epoch: one that has just started has not been told yet. */
  startedAt(signal?: AbortSignal): Promise<number>;
  /** Silences that are on now: somebody knows of something. */
  silences(signal?: AbortSignal): Promise<readonly Silence[]>;
  /** Silences that were on at some time since then, in milliseconds since the epoch, as far as it still keeps them. */
  silencesSince(since: number, signal?: AbortSignal): Promise<readonly Silence[]>;
  /** All that it still keeps, those that have ended included. */
  keptSilences(signal?: AbortSignal): Promise<readonly KeptSilence[]>;
  /**
   * Makes a silence, or changes the one of that id. Sent once: who gets no answer has to look whether it is there.
   * @returns its id; another one where it could not be changed but was made anew
   */
  putSilence(silence: NewSilence, signal?: AbortSignal): Promise<string>;
  /** Ends a silence now. One that is over already is refused. */
  endSilence(id: string, signal?: AbortSignal): Promise<void>;
}

/** As a webhook would tell of it. */
export interface HeldAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly generatorURL?: string | undefined;
}

export interface Silence {
  readonly id: string;
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly isRegex: boolean; readonly isEqual: boolean }[];
  readonly startsAt: number;
  readonly endsAt: number;
  /** In one line, cut, not redacted. */
  readonly createdBy: string;
  readonly comment: string;
}

export interface KeptSilence extends Silence {
  /** In one line, not redacted; longer than for people. */
  readonly wholeComment: string;
  readonly state: 'pending' | 'active' | 'expired';
}

export interface NewSilence extends Omit<Silence, 'id'> {
  /** Of the one to change. */
  readonly id?: string | undefined;
}

const alertsAnswer = z.array(z.object({ labels: z.record(z.string(), z.string()) })).max(20_000);
const heldAnswer = z
  .array(
    z.object({
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).catch({}),
      startsAt: z.string(),
      generatorURL: z.string().optional().catch(undefined),
    }),
  )
  .max(50_000);
const statusAnswer = z.object({ uptime: z.iso.datetime({ offset: true }) });

const time = z.iso.datetime({ offset: true });
const silencesAnswer = z
  .array(
    z.object({
      id: z.string().max(64),
      status: z.object({ state: z.string() }),
      matchers: z
        .array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) }))
        .max(100),
      startsAt: time,
      endsAt: time,
      createdBy: z.string(),
      comment: z.string(),
    }),
  )
  .max(10_000);

const silenceAnswer = z.object({ silenceID: z.string().min(1).max(64) });
const LONGEST_COMMENT = 2_048;

export function createAlertmanager(http: HttpSource, endpoint: Endpoint): AlertmanagerClient {
  const ask = createAsk(http, endpoint, "Alertmanager's");
  return {
    name: endpoint.name,
    async alerts(alertname, signal) {
      const query = new URLSearchParams({
        filter: `alertname=${quoted(alertname)}`,
        active: 'true',
        silenced: 'true',
        inhibited: 'true',
        unprocessed: 'true',
      });
      return (await ask(alertsAnswer, 'api/v2/alerts', { query }, signal)).map(({ labels }) => labels);
    },
    async active(receiver, signal) {
      const query = new URLSearchParams({ active: 'true', silenced: 'false', inhibited: 'false', unprocessed: 'true' });
      if (receiver !== undefined) query.set('receiver', alternatives([receiver]));
      return await ask(heldAnswer, 'api/v2/alerts', { query }, signal);
    },
    async startedAt(signal) {
      return Date.parse((await ask(statusAnswer, 'api/v2/status', {}, signal)).uptime);
    },
    async silences(signal) {
      const all = await ask(silencesAnswer, 'api/v2/silences', {}, signal);
      return all.filter(({ status }) => status.state === 'active').map(silenceOf);
    },
    async silencesSince(since, signal) {
      const all = await ask(silencesAnswer, 'api/v2/silences', {}, signal);
      return all.map(silenceOf).filter(({ endsAt }) => endsAt > since);
    },
    async keptSilences(signal) {
      const all = await ask(silencesAnswer, 'api/v2/silences', {}, signal);
      return all.map((one) => ({ ...silenceOf(one), state: stateOf(one.status.state), wholeComment: tidy(one.comment, LONGEST_COMMENT) }));
    },
    async putSilence({ startsAt, endsAt, ...silence }, signal) {
      const json = { ...silence, startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() };
      return (await ask(silenceAnswer, 'api/v2/silences', { body: { json }, effect: 'POST' }, signal)).silenceID;
    },
    async endSilence(id, signal) {
      await ask(z.unknown(), `api/v2/silence/${encodeURIComponent(id)}`, { effect: 'DELETE' }, signal);
    },
  };
}

/** What is not known is taken to be on: then nothing is made beside it. */
const stateOf = (state: string): KeptSilence['state'] => (state === 'pending' || state === 'expired' ? state : 'active');

function silenceOf({ id, matchers, startsAt, endsAt, createdBy, comment }: z.infer<typeof silencesAnswer>[number]): Silence {
  return {
    id,
    matchers,
    startsAt: Date.parse(startsAt),
    endsAt: Date.parse(endsAt),
    createdBy: tidy(createdBy, 100),
    comment: tidy(comment, 300),
  };
}
