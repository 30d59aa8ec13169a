/**
 * The dead man's switch: an alert that always fires, `Watchdog`, shows that alerts come through. Once it has been seen, its absence is trouble.
 *
 * What has been seen is remembered in the cluster, by what tells one Watchdog from another (that of another cluster). An absence is told
 * once, and is over when it is seen again; where somebody has taken the Watchdog away, closing the Incident is the end of it.
 */
import { z } from 'zod';
import type { IdentityRules } from '../domain/identity.ts';
import { type DeliveredAlert, readAlert } from './alertmanager.ts';
import type { Held } from './poll.ts';
import type { Memory } from './presence.ts';
import type { RecordAlerts } from './recordAll.ts';

/** Gives what is to be remembered next. */
export type JudgeWatchdogs = (memory: Memory, held: Held) => Promise<Memory>;

/** How long it may be missing: longer than a restart of Prometheus takes. */
const ABSENT_FOR_MS = 5 * 60_000;
const MAX_WATCHDOGS = 20;
const MAX_LENGTH = 1024;

const watchdog = z.object({
  labels: z.record(z.string(), z.string()),
  /** Milliseconds since the epoch. */
  missingSince: z.number().optional(),
  isTold: z.boolean().optional(),
});
type Watchdog = z.infer<typeof watchdog>;

export function createWatchdogs(record: RecordAlerts, identity: IdentityRules): JudgeWatchdogs {
  return async (memory, held) => {
    const present = new Map(held.alerts.filter(isWatchdog).map((alert) => [keyOf(alert), alert.labels]));
    const next: Record<string, string> = {};
    for (const [key, text] of Object.entries(memory)) {
      const known = watchdog.safeParse(jsonIn(text)).data;
      if (known === undefined) continue;
      const now = judge(known, present.has(key), held.askedAt);
      const isOver = now.isTold !== true;
      if (isOver !== (known.isTold !== true)) await record(absence(known, isOver, { identity, now: held.askedAt }));
      next[key] = JSON.stringify(now);
    }
    for (const [key, labels] of present) {
      const text = JSON.stringify({ labels });
      if (Object.keys(next).length < MAX_WATCHDOGS && text.length <= MAX_LENGTH) next[key] ??= text;
    }
    return next;
  };
}

const isWatchdog = ({ labels }: DeliveredAlert): boolean => labels['alertname'] === 'Watchdog';
const keyOf = ({ identity }: DeliveredAlert): string => `watchdog-${identity.slice(0, 32)}`;

function judge({ labels, missingSince, isTold }: Watchdog, isPresent: boolean, now: number): Watchdog {
  if (isPresent) return { labels };
  const since = missingSince ?? now;
  return { labels, missingSince: since, isTold: isTold === true || now - since >= ABSENT_FOR_MS };
}

function absence(
  { labels, missingSince = 0 }: Watchdog,
  isOver: boolean,
  { identity, now }: { readonly identity: IdentityRules; readonly now: number },
): readonly DeliveredAlert[] {
  const raw = {
    status: isOver ? 'resolved' : 'firing',
    labels: { ...labels, alertname: 'WatchdogAbsent', severity: 'critical' },
    annotations: {
      summary: 'The alert Watchdog, which always fires, is held by no Alertmanager.',
      description:
        'Alerts may not come through: look whether Prometheus runs, evaluates its rules and reaches Alertmanager, and whether Alertmanager can be ' +
        'reached from here. If the rule was taken away on purpose, close this Incident.',
    },
    startsAt: new Date(missingSince).toISOString(),
    endsAt: new Date(now).toISOString(),
  };
  const alert = readAlert(raw, { identity, now });
  return typeof alert === 'string' ? [] : [alert];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
