/** Incident: something is wrong, who said so, and how far it is from a verified end. */
import { z } from 'zod';
import {
  conditions,
  count,
  labelMap,
  name,
  nonEmpty,
  objectRef,
  observedGeneration,
  pinnedRef,
  requestedBy,
  text,
  timestamp,
  usage,
  waitingOn,
} from './common.ts';
import { FINDING_REASONS } from './reasons.ts';
import { requesterIsKept, rules, setOnce } from './rules.ts';

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
const severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severity>;

export const CLOSURE_REASONS = ['Fixed', 'Expected', 'Duplicate', 'NotActionable'] as const;

const SOURCES = ['Alertmanager', 'Prometheus', 'Grafana', 'UptimeKuma', 'Slack', 'Telegram', 'REST', 'MCP', 'Manual', 'Forecast'] as const;

const alert = z.object({
  fingerprint: nonEmpty(64).describe('Digest of the identifying labels; the key of this list.'),
  status: z.enum(['firing', 'resolved']).describe('What the sender last said.'),
  labels: labelMap(64).describe('Labels as delivered, redacted and bounded.'),
  annotations: z
    .record(nonEmpty(317), text(2048))
    .meta({ maxProperties: 16 })
    .optional()
    .describe('Annotations as delivered, redacted and bounded.'),
  startsAt: timestamp().describe('When the alert began to fire, by its sender.'),
  endsAt: timestamp().optional().describe('When it stopped, by its sender; absent while it fires.'),
  generatorURL: text(2048).optional().describe('Link of the sender; shown, never fetched.'),
  lastReceivedAt: timestamp().describe('When it was last delivered to us with something new in it.'),
});
export type Alert = z.infer<typeof alert>;

export const incidentSpec = z
  .object({
    title: nonEmpty(200).describe('One line that a person recognises it by.'),
    severity: severity.describe('How bad it is for the users of the service.'),
    source: z.enum(SOURCES).default('Manual').describe('The way in.'),
    cluster: text(63).optional().describe('Name of the cluster that it is about; absent: the one this object lives in.'),
    identity: text(64).optional().describe('Digest of the identity that repeated deliveries share; set by intake.'),
    alerts: z
      .array(alert)
      .max(50)
      .optional()
      .describe('Alerts that belong to it; a sample when there are more.')
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['fingerprint'] }),
    alertsTotal: count().optional().describe('How many alerts there are in all, sampled or not.'),
    alertsLeftOut: count()
      .optional()
      .describe(
        'Alerts that the sender left out of the message that told of this: it may be worse than it looks. Absent once they were asked for.',
      ),
    occurrences: z
      .array(timestamp())
      .max(20)
      .optional()
      .describe('When its alerts began to fire after none did, the latest last; the earliest go when there are too many.'),
    occurrencesTotal: count().optional().describe('How often its alerts began to fire after none did.'),
    reopenedAt: timestamp().optional().describe('When it was last opened again, as it fired again soon after it had recovered.'),
    reopenings: count().optional().describe('How often it was opened again.'),
    recurrenceOf: name().optional().describe('The Incident of the same identity before this one.'),
    targets: z.array(objectRef).max(20).optional().describe('Objects that are known or said to be affected.'),
    labels: labelMap(64).optional().describe('Common labels of its alerts, or what the person who made it says.'),
    description: text(4096).optional().describe('What is seen, in words. Never interpreted as an instruction.'),
    runbookURL: text(2048)
      .regex(/^https?:\/\//u)
      .optional()
      .describe('Link to a runbook, which begins with http:// or https://; an alert or a person names it. Shown, never fetched.'),
    startsAt: timestamp().optional().describe('When the trouble began.'),
    grouping: z
      .object({
        into: name().optional().describe('Name of another open Incident, in this namespace, that this one and what follows it belong to.'),
        alone: z.boolean().optional().describe('It belongs to no other Incident.'),
      })
      .meta(
        rules({
          rule: '!(has(self.into) && has(self.alone) && self.alone)',
          message: 'grouping.into and grouping.alone contradict each other; set the one that is meant',
        }),
      )
      .optional()
      .describe('Set by a person to join it to another Incident, or to keep it apart; wins over what is computed.'),
    suspend: z.boolean().optional().describe('Stop working on it until this is unset.'),
    closure: z
      .object({
        reason: z.enum(CLOSURE_REASONS).describe('Why it is closed.'),
        by: nonEmpty(253).describe('Who closes it: written by the API server where it can, else it has to be true.'),
        comment: text(1024).optional().describe('In their words.'),
      })
      .optional()
      .describe('Set by a person to close it.'),
    acknowledgement: z
      .object({
        by: nonEmpty(253).describe('Who looks after it: written by the API server where it can, else it has to be true.'),
        comment: text(1024).optional().describe('In their words.'),
      })
      .optional()
      .describe('Set by a person who has taken note of it and looks after it; unset to take that back.'),
    expected: z
      .object({
        until: timestamp().describe('It is expected until then. If it still fires after that, work on it goes on.'),
        reason: nonEmpty(1024).describe('Why it is expected.'),
        by: nonEmpty(253).describe('Who says so: written by the API server where it can, else it has to be true.'),
      })
      .optional()
      .describe('Set by a person: until then nobody is told of it, and no new plan is made. Unset to take that back.'),
    silence: z
      .object({
        until: timestamp().describe('It is silent until then.'),
        reason: nonEmpty(1024).describe('Why.'),
        by: nonEmpty(253).describe('Who says so: written by the API server where it can, else it has to be true.'),
      })
      .optional()
      .describe(
        'Set by a person: until then its alerts are silenced in every Alertmanager, in their name, and nobody is told of it. Work on it goes on. Unset to lift the silence.',
      ),
    requestedBy: requestedBy(),
  })
  .meta(
    rules(
      requesterIsKept,
      setOnce('identity', 'identity tells which alerts belong to this Incident and cannot be changed; create another Incident'),
      setOnce('closure', 'a closed Incident stays closed as it was; create another one if the trouble is back'),
    ),
  );

export const INCIDENT_PHASES = [
  'New',
  'Investigating',
  'Diagnosed',
  'AwaitingApproval',
  'Remediating',
  'Verifying',
  'Resolved',
  'NeedsHuman',
  'Suspended',
  'Grouped',
] as const;

const silence = z.object({
  alertmanager: nonEmpty(63).describe('Name of the Alertmanager, as configured.'),
  id: text(64).optional().describe('Its id there; absent: it is not there yet.'),
  by: text(253).describe('In whose name.'),
  until: timestamp().describe('When it ends.'),
  reason: text(512).describe('Why, as they say.'),
  matchers: text(1024).describe('What it silences.'),
  own: z.boolean().describe('Made for spec.silence, and kept as that says.'),
  problem: text(512).optional().describe('What could not be done there yet, and why; it is tried again.'),
});

export const incidentStatus = z.object({
  observedGeneration: observedGeneration(),
  phase: z.enum(INCIDENT_PHASES).optional().describe('Derived from the conditions, for people.'),
  conditions: conditions(),
  affected: z.array(objectRef).max(50).optional().describe('Objects that are affected, as found in the cluster.'),
  groupedInto: z
    .object({
      name: name().describe('Name of the leading Incident, in the namespace of this object.'),
      uid: nonEmpty(64).describe('Uid: a later object of the same name does not count.'),
      why: text(512).describe('Why it belongs there, said of this Incident.'),
      since: timestamp().describe('Since when it follows this one.'),
    })
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional()
    .describe(
      'The leading Incident of a storm, where the investigation and the plan live. Written by the field manager agent-sre-grouping.',
    ),
  members: z
    .array(z.object({ name: name().describe('Name of the Incident.'), why: text(512).describe('Why it belongs to this one.') }))
    .max(100)
    .optional()
    .describe('Incidents that follow this one; a sample when there are more. Written by the field manager agent-sre-grouping.'),
  membersTotal: count()
    .optional()
    .describe('How many Incidents follow this one, or did until they were over. Written by the field manager agent-sre-grouping.'),
  notFiringSince: timestamp()
    .optional()
    .describe('Since when neither Prometheus nor an Alertmanager knows its alerts to fire, though nobody has said that they are over.'),
  silences: z
    .array(silence)
    .max(20)
    .optional()
    .describe('Silences that are about its alerts, whoever made them. Written by the field manager agent-sre-silence.'),
  silencedUntil: timestamp()
    .optional()
    .describe('Until then each of its firing alerts is silenced in an Alertmanager. Written by the field manager agent-sre-silence.'),
  maintenance: z
    .object({
      policy: name().describe('The RemediationPolicy.'),
      window: nonEmpty(63).describe('Its maintenance window that is open.'),
      until: timestamp().optional().describe('When it closes; absent: not within a week.'),
      reason: text(512).describe('What is done then, as the policy says.'),
    })
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional()
    .describe('It is expected, as its targets are in maintenance; absent: they are not.'),
  waitingOn: waitingOn(),
  investigationRef: pinnedRef.optional().describe('The investigation that looks for the cause.'),
  investigations: count().optional().describe('How many investigations have looked for the cause.'),
  planRefs: z.array(pinnedRef).max(10).optional().describe('Plans that were proposed, the present one last.'),
  rootCause: text(1024).optional().describe('The root cause in a sentence, once it is known.'),
  rootCauseReason: z.enum(FINDING_REASONS).optional().describe('The root cause by its reason, from the documented vocabulary.'),
  timeline: z
    .array(
      z.object({
        at: timestamp().describe('When.'),
        reason: nonEmpty(64).describe('Programmatic reason, CamelCase.'),
        message: text(512).describe('What happened, for people.'),
      }),
    )
    .max(50)
    .optional()
    .describe('What happened, oldest first.'),
  notifications: z
    .array(
      z.object({
        key: nonEmpty(128).describe('Key that keeps the message from being sent twice.'),
        channel: text(128).describe('Where it goes.'),
        externalId: text(128).optional().describe('Id that the channel gave it.'),
        sentAt: timestamp().optional().describe('When the channel acknowledged it; absent: it is about to be sent.'),
      }),
    )
    .max(20)
    .optional()
    .describe('Messages about it, by the key that keeps each from being sent twice.'),
  usage: usage(),
  acknowledgedAt: timestamp().optional().describe('When a person took note.'),
  diagnosedAt: timestamp().optional().describe('When a root cause was named.'),
  plannedAt: timestamp().optional().describe('When a plan with its diff stood ready for approval.'),
  resolvedAt: timestamp().optional().describe('When recovery was confirmed.'),
});

export type IncidentSpec = z.infer<typeof incidentSpec>;
export type IncidentStatus = z.infer<typeof incidentStatus>;
export const INCIDENT_CONDITIONS = ['Triaged', 'Announced', 'Investigated', 'RemediationProposed', 'Resolved'] as const;
