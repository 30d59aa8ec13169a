/**
 * How a message speaks: as a bot that announces an alert or its end, or as a person.
 *
 * The forms are those of Alertmanager's Slack template, Grafana, Datadog, PagerDuty, Opsgenie, CloudWatch, Nagios and Icinga, Zabbix,
 * Uptime Kuma and Sentry. They are told by their shape at the beginning of a line, not by who sent them.
 */
import type { Fields } from './fields.ts';
import type { PlainMessage } from './plainMessage.ts';
import { type Tense, tenseOf } from './tense.ts';

export interface Statement {
  readonly status: 'firing' | 'resolved';
  /** A bot's form, which needs no further sign that something is wrong. */
  readonly isAnnounced: boolean;
  /** Of a person's words. */
  readonly tense: Tense;
  /** The alert's name, where the form has one. */
  readonly name: string | undefined;
  /** A word for how bad it is that stands in the form. */
  readonly severityWord: string | undefined;
  readonly summary: string;
}

interface Form {
  readonly pattern: RegExp;
  /** Of a form that says which it is, by the word in group `status`. */
  readonly status?: 'firing' | 'resolved';
}

/** Groups: `status`, `name`, `rest`. */
const FORMS: readonly Form[] = [
  // [FIRING:2] KubePodCrashLooping shop (checkout warning)
  {
    pattern: /^\[(?<status>FIRING|RESOLVED|ALERTING|PENDING)(?::\s?\d+)?(?:,\s?\w+:\s?\d+)*\]\s*(?<name>[A-Za-z_:][\w:.-]*)?(?<rest>.*)$/u,
  },
  // [P1] [Triggered on {service:checkout}] High latency · [Recovered] · [Alerting] · [OK] · [No Data] · [Warn]
  {
    pattern:
      /^(?:\[[^\]]{1,20}\]\s*)?\[(?<status>Triggered|Re-Triggered|Alerting|Alert|Recovered|Resolved|OK|Warn|No Data)\b[^\]]{0,200}\]\s*(?<rest>.+)$/iu,
  },
  // Triggered: …  Resolved: …  Problem: …  ALARM: "…" in …  OK: "…"  Incident #12 triggered
  {
    pattern:
      /^(?<status>triggered|firing|alerting|problem|alarm|resolved|recovered|recovery|ok|closed)\s*(?:#\d+\s*)?[:–]\s+(?<rest>.+)$/iu,
  },
  { pattern: /^(?:incident|alert)\s+#?\d+\s+(?<status>triggered|opened|created|resolved|closed)\b[:\s-]*(?<rest>.*)$/iu },
  // ** PROBLEM Service Alert: web-1/HTTP is CRITICAL **
  { pattern: /^(?<status>PROBLEM|RECOVERY)\s+(?:Service|Host)\s+Alert:\s*(?<rest>.+)$/u },
  // [checkout] [🔴 Down] connect ECONNREFUSED · [checkout] [✅ Up] 200 - OK
  { pattern: /^\[(?<name>[^\]]{1,100})\]\s*\[(?:🔴|✅)?\s*(?<status>Down|Up)\]\s*(?<rest>.*)$/u },
  // #12: [P1] Checkout is down
  { pattern: /^(?:new alert:?\s*)?#\d+:?\s+\[P[1-5]\]\s*(?<rest>.+)$/iu, status: 'firing' },
  // KubePodCrashLooping is firing for checkout
  { pattern: /^(?:alert\s+)?(?<name>(?:[A-Z][a-z0-9]+){2,12})\s+(?:is |has |now )*(?<status>firing|resolved|recovered)\b(?<rest>.*)$/u },
  // **Firing** / Firing / Resolved as a line of its own
  { pattern: /^(?:🔥|🚨|✅)?\s*(?<status>firing|resolved|alert firing|alert resolved)[.:!]?$/iu },
];

const OVER = /^(?:resolved|recovered|recovery|ok|closed|up|alert resolved)$/iu;

export function statementIn(message: PlainMessage, fields: Fields): Statement {
  const [summary = ''] = message.lines;
  const severityWord =
    /\b(P[0-5]|SEV-?[0-5])\b/iu.exec(message.text)?.[1] ?? /\b(critical|crit|warning|urgent|blocker)\b/iu.exec(message.text)?.[1];
  const announced = announcement(message.lines) ?? announcedByFields(fields);
  if (announced !== undefined) {
    const { status, name, rest } = announced;
    return { status, isAnnounced: true, tense: 'Now', name, severityWord, summary: rest === '' ? summary : rest };
  }
  const status = isOver(message.text) ? 'resolved' : 'firing';
  return { status, isAnnounced: false, tense: tenseOf(message.text), name: undefined, severityWord, summary };
}

interface Announced {
  readonly status: 'firing' | 'resolved';
  readonly name: string | undefined;
  readonly rest: string;
}

/** The head of a bot's message is among its first lines. */
const HEAD_LINES = 3;

function announcement(lines: readonly string[]): Announced | undefined {
  for (const line of lines.slice(0, HEAD_LINES)) {
    for (const { pattern, status: fixed } of FORMS) {
      const { status, name, rest = '' }: Partial<Record<string, string>> = pattern.exec(line)?.groups ?? {};
      if (status === undefined && !(fixed !== undefined && pattern.test(line))) continue;
      return { status: fixed ?? (OVER.test(status ?? '') ? 'resolved' : 'firing'), name: alertNameIn(name, rest), rest: rest.trim() };
    }
  }
  return undefined;
}

/** `HighErrorRate`, wherever it stands; Uptime Kuma's is the name of a monitor. */
function alertNameIn(said: string | undefined, rest: string): string | undefined {
  if (said !== undefined && isRuleName(said)) return said;
  return rest.split(/[\s"(){}:,]+/u).find(isRuleName);
}

const isRuleName = (word: string): boolean =>
  /^[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+$/u.test(word) || /^[A-Z]{2,}[a-z]+[A-Za-z0-9]*$/u.test(word);

/** A message that names an alert by its label is one, whatever its form. */
function announcedByFields({ alertname, status }: Fields): Announced | undefined {
  if (alertname === undefined) return undefined;
  return { status: OVER.test(status ?? '') ? 'resolved' : 'firing', name: alertname, rest: '' };
}

const RECOVERED =
  /\b(?:is|are|looks?|seems?|everything(?:'s| is)?|all|it's|has|have)\s+(?:\w+\s)?(?:back(?:\s+(?:up|to normal|online))?|recovered|resolved|fixed|healthy again|fine (?:again|now)|ok(?:ay)? (?:again|now)|stable again|green again|good now)|\b(?:ok(?:ay)?|healthy|fine|good|stable|up|green) again\b|\b(?:returned|back) to normal\b|\bfalse alarm\b|^(?:resolved|recovered|fixed)\b/iu;
const isOver = (text: string): boolean => RECOVERED.test(text) && !/\b(?:not|isn't|hasn't|still|when|once|until|if)\b/iu.test(text);
